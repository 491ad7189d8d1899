"""The faces of a briefing: terminal, Markdown and HTML; JSON is `oreflow.report.Briefing.to_json`."""
