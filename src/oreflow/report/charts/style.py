"""Colours and type of the charts: Okabe and Ito's palette, which colour-blind readers can tell apart."""

from __future__ import annotations

_DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 2", "12 4", "1 2")
"""Dashes of the series of one chart, so that they differ in more than colour."""

_SERIES = "\n".join(
    f""".c-s{k} {{ stroke: var(--k{k}); stroke-width: 2.25; fill: none; stroke-linejoin: round; }}
.c-s{k} {{ stroke-dasharray: {d or "none"}; }}
.c-b{k} {{ fill: var(--k{k}); fill-opacity: 0.16; }}
.c-a{k} {{ fill: var(--k{k}); fill-opacity: 0.72; }}
.c-d{k} {{ fill: var(--k{k}); stroke: var(--page, #fff); stroke-width: 1.25; }}
svg.chart text.c-t{k} {{ fill: var(--k{k}); }}"""
    for k, d in enumerate(_DASHES)
)

CSS = (
    """
:root {
  --ink: #1a1c1f; --soft: #565b63; --rule: #d9dce1; --page: #ffffff; --panel: #f6f7f9;
  --accent: #0072b2; --loss: #b34700; --gain: #0072b2; --grey: #a4a9b1; --land: #e6e8ec;
  --k0: #0072b2; --k1: #b34700; --k2: #00795a; --k3: #a3467f; --k4: #8a6100; --k5: #1a1c1f; --k6: #6d737d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e8eaed; --soft: #a3a9b3; --rule: #363b43; --page: #15171a; --panel: #1d2024;
    --accent: #56b4e9; --loss: #e6944a; --gain: #56b4e9; --grey: #6d737d; --land: #31363d;
    --k0: #56b4e9; --k1: #e6944a; --k2: #3fc79a; --k3: #e3a0c4; --k4: #f0c24b; --k5: #e8eaed; --k6: #a3a9b3;
  }
}
svg.chart { display: block; width: 100%; height: auto; font-family: inherit; }
svg.chart text { font-size: 12px; fill: var(--ink, #1a1c1f); font-variant-numeric: tabular-nums; }
svg.chart text.soft { fill: var(--soft, #565b63); }
svg.chart text.halo {
  paint-order: stroke; stroke: var(--page, #fff); stroke-width: 3px; stroke-linejoin: round;
}
svg.chart text.strong { font-weight: 600; }
svg.chart text.end { text-anchor: end; }
svg.chart text.mid { text-anchor: middle; }
svg.chart text.loss { fill: var(--loss, #b34700); }
svg.chart text.accent { fill: var(--accent, #0072b2); }
.c-rule { stroke: var(--rule, #d9dce1); stroke-width: 1; fill: none; }
.c-axis { stroke: var(--soft, #565b63); stroke-width: 1; fill: none; }
.c-base { stroke: var(--soft, #565b63); stroke-width: 1.5; stroke-dasharray: 5 4; fill: none; }
.c-line { stroke: var(--accent, #0072b2); stroke-width: 2.25; fill: none; stroke-linejoin: round; }
.c-wide { fill: var(--accent, #0072b2); fill-opacity: 0.16; }
.c-half { fill: var(--accent, #0072b2); fill-opacity: 0.26; }
.c-mark { stroke: var(--soft, #565b63); stroke-width: 1; stroke-dasharray: 1 3; fill: none; }
.c-hit { fill: transparent; }
.c-hit:hover { fill: var(--ink, #1a1c1f); fill-opacity: 0.08; }
.c-node { fill: var(--soft, #565b63); }
.c-same { fill: var(--grey, #a4a9b1); fill-opacity: 0.32; }
.c-grey { fill: var(--grey, #a4a9b1); }
.c-loss { fill: var(--loss, #b34700); }
.c-gain { fill: var(--gain, #0072b2); }
.c-half-op { fill-opacity: 0.55; }
.c-accent { fill: var(--accent, #0072b2); }
.c-room { fill: var(--grey, #a4a9b1); fill-opacity: 0.28; }
.c-room-bind { fill: none; stroke: var(--accent, #0072b2); stroke-width: 1.5; }
.c-land { fill: var(--land, #e6e8ec); }
.c-sea { fill: none; stroke: var(--rule, #d9dce1); }
.c-edge { stroke: var(--page, #fff); stroke-width: 1.25; }
.c-gone { fill-opacity: 0.5; }
g.c-tip:hover > path, rect.c-tip:hover, circle.c-tip:hover {
  stroke: var(--ink, #1a1c1f); stroke-width: 1.25;
}
.c-dash { stroke-dasharray: 5 4; }
.c-ring { fill: var(--page, #fff); stroke: var(--loss, #b34700); stroke-width: 2; }
.c-whisker { stroke: var(--ink, #1a1c1f); stroke-width: 1.25; fill: none; }
"""
    + _SERIES
    + "\n"
)
