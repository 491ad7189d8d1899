"""``oreflow trace`` from the first record to the provenance report."""

import json
import shlex
import threading

import pytest

from oreflow.cli import run

EVENTS = {
    "facilities": [
        {"facility": "https://a.example/mine", "name": "Mine", "country": "ZMB"},
        {"facility": "https://a.example/smelter", "name": "Smelter", "country": "JPN"},
    ],
    "events": [
        {
            "event": "https://a.example/e/1", "kind": "make", "time": "2025-01-01", "process": "copper_mining",
            "facility": "https://a.example/mine",
            "outputs": [{"lot": "https://a.example/ore", "product": "Concentrate",
                         "mass": {"value": 100, "unit": "TNE"},
                         "assays": [{"element": "Cu", "share": 0.3, "tolerance": 0.001}], "country": "ZMB"}],
        },
        {
            "event": "https://a.example/e/2", "kind": "move", "time": "2025-01-03", "facility": "https://a.example/mine",
            "target": "https://a.example/smelter", "mode": "sea",
            "inputs": [{"lot": "https://a.example/ore", "mass": {"value": 100, "unit": "TNE"}}],
        },
        {
            "event": "https://a.example/e/3", "kind": "make", "time": "2025-03-01", "process": "copper_smelting",
            "facility": "https://a.example/smelter",
            "inputs": [{"lot": "https://a.example/ore", "mass": {"value": 100, "unit": "TNE"}}],
            "outputs": [{"lot": "https://a.example/cu", "product": "Cathode", "mass": {"value": 29.25, "unit": "TNE"},
                         "assays": [{"element": "Cu", "share": 0.9999}], "commodity": "copper_refined"}],
        },
    ],
}  # fmt: skip


@pytest.fixture
def call(capsys):
    def call_(*words, code=0):
        assert run(["trace", *map(str, words)]) == code, capsys.readouterr().err
        return capsys.readouterr().out

    return call_


@pytest.fixture
def folder(tmp_path, call):
    (tmp_path / "events.json").write_text(json.dumps(EVENTS))
    call("init", tmp_path / "l", "--origin", "a.example/ledger")
    assert "3 events added, 0 known already; the log has 3 entries." in call(
        "add", tmp_path / "l", tmp_path / "events.json"
    )
    return tmp_path / "l"


def test_a_clean_ledger_is_told_so(folder, call, tmp_path) -> None:
    assert "Everything adds up" in call("audit", folder, "--html", tmp_path / "a.html")
    assert "Everything adds up" in (tmp_path / "a.html").read_text("utf-8")
    assert json.loads(call("audit", folder, "--json"))["findings"] == []


def test_an_error_sets_the_exit_code(folder, call, tmp_path) -> None:
    more = [json.loads(json.dumps(EVENTS["events"][2]))]
    more[0]["event"] += "b"
    more[0]["outputs"][0]["lot"] += "b"
    (tmp_path / "more.json").write_text(json.dumps(more))
    call("add", folder, tmp_path / "more.json")
    assert "double-spend" in call("audit", folder, code=4)
    data = json.loads(call("audit", folder, "--json", "--no-records", code=4))
    assert [f["rule"] for f in data["findings"] if f["severity"] == "error"] == ["double-spend"]


def test_a_stranger_verifies_what_was_proved(folder, call, tmp_path) -> None:
    out = call("prove", folder, "https://a.example/e/2", "--out", tmp_path / "p")
    command = shlex.split(out.strip().splitlines()[-1])
    assert command[:2] == ["oreflow", "trace"]
    said = call(*command[2:])
    assert "the signature holds" in said
    assert "It is entry 1 of a.example/ledger, which had 3 entries." in said
    record = tmp_path / "p" / "record.json"
    record.write_bytes(record.read_bytes().replace(b"mine", b"mime"))
    call(*command[2:], code=4)
    call("verify", record, code=4)


def test_the_origin_of_a_lot(folder, call, tmp_path) -> None:
    page = tmp_path / "o.html"
    said = call("origin", folder, "https://a.example/cu", "--html", page, "--doubt", "--labour")
    assert "copper 100 % from Zambia" in said
    assert "The audit found nothing about this lot" in said
    assert "No name on the lists" in said
    text = page.read_text("utf-8")
    assert 'data-box="https://a.example/mine|copper_mining"' in text
    assert "<script" not in text
    data = json.loads(call("origin", folder, "https://a.example/cu", "--json"))
    assert data["origin"]["by_country"] == {"Cu": {"ZMB": 1}}
    assert data["makings"] == 2


def test_the_ratio_with_costs_of_ones_own(folder, call, tmp_path) -> None:
    (tmp_path / "c.csv").write_text("lot,usd\nhttps://a.example/ore,200000\n")
    said = call(
        "origin",
        folder,
        "https://a.example/cu",
        "--ratio",
        "critical mineral",
        "--year",
        "2031",
        "--costs",
        tmp_path / "c.csv",
    )
    assert "reaches the threshold of 30 %" in " ".join(said.split())
    (tmp_path / "c.csv").write_text("lot,eur\nx,1\n")
    call(
        "origin",
        folder,
        "https://a.example/cu",
        "--ratio",
        "critical mineral",
        "--costs",
        tmp_path / "c.csv",
        code=4,
    )


def test_the_passport_says_what_is_absent(folder, call, tmp_path) -> None:
    said = call("passport", folder, "https://a.example/cu", "--out", tmp_path / "p.json")
    assert "of 37 fields are in the ledger" in said
    fields = {f["field"]: f for f in json.loads((tmp_path / "p.json").read_text("utf-8"))["fields"]}
    assert fields["weight"]["value"] == {"unit": "kg", "value": 29250}
    assert fields["voltage"]["absent"]
    call("passport", folder, "https://a.example/cu", "--out", tmp_path / "p.txt", code=2)


@pytest.mark.parametrize(("form", "name"), [("events", "x.json"), ("untp", "x.jsonl"), ("epcis", "x.jsonld")])
def test_what_is_exported_can_be_taken_in_again(form, name, folder, call, tmp_path) -> None:
    file = tmp_path / name
    assert "3 records written" in call("export", folder, "--form", form, "--out", file)
    call("init", tmp_path / "other")
    if form == "events":
        call(
            "add", tmp_path / "other", file, code=2
        )  # issued by the first ledger, so the second cannot sign it
        return
    assert "3 events added" in call("import", tmp_path / "other", file)
    first, second = (
        json.loads(call("origin", f, "https://a.example/cu", "--json")) for f in (folder, tmp_path / "other")
    )
    assert list(second["origin"]["metals"]) == list(first["origin"]["metals"]) == ["Cu"]
    assert "0 events added, 3 known already" in call("import", tmp_path / "other", file)


def test_a_record_whose_signature_does_not_hold_is_refused(folder, call, tmp_path) -> None:
    call("export", folder, "--form", "untp", "--out", tmp_path / "x.jsonl")
    text = (tmp_path / "x.jsonl").read_text("utf-8")
    (tmp_path / "x.jsonl").write_text(text.replace("2025-01-03", "2025-01-02"))
    call("init", tmp_path / "other")
    call("import", tmp_path / "other", tmp_path / "x.jsonl", code=4)
    assert json.loads(call("audit", tmp_path / "other", "--json"))["events"] == 0


def test_other_contents_are_kept_as_evidence(folder, call, tmp_path) -> None:
    call("init", tmp_path / "other")
    call("export", folder, "--form", "epcis", "--out", tmp_path / "x.json")
    call("import", tmp_path / "other", tmp_path / "x.json")
    (tmp_path / "x.json").write_text((tmp_path / "x.json").read_text().replace("2025-01-03", "2025-01-02"))
    assert "stands there with other contents" in call("import", tmp_path / "other", tmp_path / "x.json")
    assert "rewritten" in call("audit", tmp_path / "other", code=4)


@pytest.mark.parametrize(
    "body",
    ['{"a": 1, "a": 2}', "[NaN]", "[" * 999 + "]" * 999, "[1e999]", '{"events": [{"event": "x"}]}', "no"],
)
def test_hostile_files_change_nothing(body, folder, call, tmp_path) -> None:
    (tmp_path / "bad.json").write_text(body)
    call("add", folder, tmp_path / "bad.json", code=4)
    call("import", folder, tmp_path / "bad.json", code=4)
    assert json.loads(call("audit", folder, "--json"))["events"] == 3


def test_what_is_not_there_is_told(folder, call, tmp_path) -> None:
    call("audit", tmp_path / "none", code=4)
    call("origin", folder, "https://a.example/c", code=2)
    call("prove", folder, "https://a.example/e/9", "--out", tmp_path / "p", code=2)
    call("init", folder, code=2)
    call("add", folder, tmp_path / "none.json", code=4)


def test_a_passphrase_comes_from_the_environment(tmp_path, call, monkeypatch) -> None:
    (tmp_path / "events.json").write_text(json.dumps(EVENTS))
    monkeypatch.setenv("OREFLOW_PASSPHRASE", "hush")
    call("init", tmp_path / "l")
    monkeypatch.delenv("OREFLOW_PASSPHRASE")
    call("add", tmp_path / "l", tmp_path / "events.json", code=4)
    monkeypatch.setenv("OREFLOW_PASSPHRASE", "hush")
    call("add", tmp_path / "l", tmp_path / "events.json")


def test_a_witness_cosigns_over_http(folder, call, tmp_path, monkeypatch) -> None:
    pytest.importorskip("httpx")
    from oreflow.trace import log
    from oreflow.trace.log.service import Service

    key = str(log.open(folder / "log").verifier)
    started = {}
    ready = threading.Event()
    whole = Service.serve_forever

    def serve(self, *args, **options):
        started["service"] = self
        ready.set()
        whole(self, *args, **options)

    monkeypatch.setattr(Service, "serve_forever", serve)
    thread = threading.Thread(
        target=run,
        args=(["trace", "witness", str(tmp_path / "w"), "--name", "w.example/1", "--log-key", key],),
    )
    thread.start()
    try:
        assert ready.wait(20)
        service = started["service"]
        (tmp_path / "policy").write_text(
            f"log {key}\nwitness w {service.witness.verifiers[0]} {service.url}\ngroup all all w\nquorum all\n"
        )
        call(
            "prove", folder, "https://a.example/e/1", "--out", tmp_path / "p", "--policy", tmp_path / "policy"
        )
        said = call("verify", tmp_path / "p" / "record.json", "--proof", tmp_path / "p" / "record.tlog-proof",
                    "--policy", tmp_path / "policy", "--json")  # fmt: skip
        assert json.loads(said)["cosigned_at"] > 0
    finally:
        started["service"].shutdown()
        thread.join()
