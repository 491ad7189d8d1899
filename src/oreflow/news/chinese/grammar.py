"""Pieces of a Chinese sentence put into the forms that English rules expect."""

from __future__ import annotations

import re
from dataclasses import replace

from oreflow.news.chinese.pieces import Piece

_ENDS = frozenset({"comma", "stop", "colon", "space"})
_NAMES = frozenset({"firm", "plant", "place", "speaker", "latin"})
_NOUNS = _NAMES | {"noun", "commodity", "facility", "amount", "number", "list", "unknown", "suffix"}
_SUBJECTS = frozenset({"firm", "plant", "place", "speaker", "commodity", "latin"})
_WHO = frozenset({"firm", "speaker", "place", "latin"})


def arrange(found: list[Piece]) -> list[Piece]:
    """Give the pieces of one sentence their English forms, a few of them in another place.

    Args:
        found: Pieces in the order of the text.

    Returns:
        Pieces in the order of the gloss, with empty text where a piece says nothing in English.
    """
    found = _respectively(_names(found))
    _sources(found)
    found = _projects(found)
    _partners(found)
    _plans(found)
    _expected(found)
    found = _reasons(_ranges(_objects_first(found)))
    _forms(found)
    _commas(found)
    return found


def _clause_end(found: list[Piece], i: int) -> int:
    """Index of the piece that ends the clause of piece i."""
    while i < len(found) and found[i].kind not in _ENDS:
        i += 1
    return i


def _letters(n: int) -> str:
    """A number in letters, for names that have no English."""
    out = ""
    while True:
        out = chr(97 + n % 26) + out
        n //= 26
        if n == 0:
            return out


def _names(found: list[Piece]) -> list[Piece]:
    """Make names of unknown characters in front of "矿业", "锂矿" and the like."""
    out: list[Piece] = []
    for k, p in enumerate(found):
        before = out[-1] if out else None
        named = before is not None and before.kind == "unknown" and 2 <= before.end - before.start <= 6
        if p.kind == "suffix":
            if named and before is not None:
                out[-1] = Piece(before.start, p.end, f"Han{_letters(before.start)} {p.text}", "", "firm")
                continue
            known = before is not None and before.kind == "firm"
            p = Piece(p.start, p.end, "" if known else p.text.lower(), "", "noun")
        elif p.kind == "facility" and named and before is not None and before.end - before.start <= 5:
            out[-1] = Piece(before.start, before.end, f"Han{_letters(before.start)}", "", "plant")
        elif p.kind == "list" and _clause_end(found, k) == k + 1:
            p = Piece(p.start, p.end, ",", ",", "comma")
        out.append(p)
    return out


def _respectively(found: list[Piece]) -> list[Piece]:
    """Write A、B分别上涨X、Y as "A rose X. B rose Y"."""
    for i, p in enumerate(found):
        if p.text != "respectively" or i + 2 >= len(found) or found[i + 1].kind != "verb":
            continue
        first = i
        while first > 0 and (
            found[first - 1].kind in {"firm", "commodity", "list"} or found[first - 1].text == "and"
        ):
            first -= 1
        names = [q for q in found[first:i] if q.kind in {"firm", "commodity"}]
        last = i + 2
        while last < len(found) and (found[last].kind in {"amount", "list"} or found[last].text == "and"):
            last += 1
        amounts = [q for q in found[i + 2 : last] if q.kind == "amount"]
        if len(names) < 2 or len(names) != len(amounts):
            continue
        out = found[:first]
        for k, (name, size) in enumerate(zip(names, amounts, strict=True)):
            if k:
                out.append(Piece(name.start, name.start, ".", ".", "stop"))
            out += [name, replace(found[i + 1]), size]
        return out + found[last:]
    return found


def _sources(found: list[Piece]) -> None:
    """Write 据…报道 as "according to …," and a name with a colon as what it says."""
    for i, p in enumerate(found):
        if p.kind == "rumour" and i and _clause_end(found, i + 1) == i + 1 and found[i - 1].kind not in _ENDS:
            p.text, p.kind = "reports", "noun"  # 停产传闻
        if p.kind == "say" and p.text == "announced" and i and found[i - 1].text == "the":
            p.text, p.kind = "notice", "noun"
        if p.kind == "according":
            for q in found[i + 1 : i + 6]:
                if q.kind == "say" or q.kind in _ENDS:
                    q.text = q.base = ","
                    q.kind = "said"
                    break
        if p.kind == "colon" and i:
            j = i
            while j > 0 and found[j - 1].kind not in _ENDS:
                j -= 1
            head = found[j:i]
            plain = all(x.kind in _NOUNS | {"link", "drop"} for x in head)
            if j == 0 and plain and head[-1].kind in _WHO:
                p.text, p.base, p.kind = "said", "said", "say"


def _partners(found: list[Piece]) -> None:
    """Write A和B签署 as "A with B signed", and the little words as what stands behind them asks."""
    for i, p in enumerate(found[:-1]):
        ahead, later = found[i + 1], found[i + 2] if i + 2 < len(found) else None
        clause = found[i + 1 : _clause_end(found, i + 1)]
        if p.kind == "verb" and p.base in {"suspend", "halt", "terminate", "end"}:
            if any(q.text in _RULES for q in clause) and not _says(clause):
                p.text, p.base = "lifted", "lift"  # 暂停…禁令
            elif any(q.text == "expansion" for q in clause) and not _says(clause):
                p.text, p.base = "shelved", "shelve"  # 暂停…扩建
        elif (
            p.kind in {"neg", "cause"}
            and (hit := next((q for q in clause if q.base == "disrupt"), None)) is not None
        ):
            if p.kind == "cause" and p.text == "due to":
                hit.text = hit.base = ""  # 受罢工影响
            elif ahead.kind == "cause":
                p.text, p.kind, ahead.text, hit.text, hit.base = (
                    "did not suffer",
                    "neg",
                    "",
                    "",
                    "",
                )  # 未受罢工影响
        elif p.kind == "say" and p.text == "expects" and i and found[i - 1].kind == "noun":
            if found[i - 1].text != "the company" and (
                ahead.kind in _ENDS | {"verb", "amount"} or ahead.text == "to"
            ):
                p.text, p.kind = "forecast", "noun"  # 铜价预测上调
        elif p.kind == "verb" and p.base == "resume":
            for q in clause:
                q.text = "production" if q.text == "capacity" else q.text  # 重启部分产能
        elif p.kind == "verb" and p.base == "apply for" and ahead.kind == "verb":
            p.text, p.base, ahead.text = "applied to", "apply to", ahead.base  # 申请复产
        elif p.kind == "verb" and ahead.kind == "amount" and later is not None and later.text == "to":
            fourth = found[i + 3] if i + 3 < len(found) else None
            if fourth is not None and fourth.kind == "amount" and "%" not in ahead.text:
                ahead.text = f"by {ahead.text}"  # 增加1827吨至14万吨
        elif p.kind == "verb" and ahead.kind == "amount" and (times := _TIMES.fullmatch(ahead.text)):
            if p.base in {"rise", "surge"}:  # 增长一倍: by as much again
                ahead.text = f"{times[1]}{100 * float(times[2].replace(',', '')):g}%"
        elif p.kind == "cause" and p.text == "caused":
            _caused(found, i)
        elif p.kind == "link" and p.text == "and" and i and found[i - 1].kind == ahead.kind == "firm":
            if later is not None and later.kind in {"verb", "modal"}:
                p.text = "with"
        elif p.kind == "link" and p.text in {"in", "at"} and ahead.kind == "date":
            p.text = ""
        elif p.kind == "place" and ahead.kind in {"firm", "plant"} and ahead.text.isascii():
            p.text += " local"  # a capital right behind would be part of the name
        elif p.kind == "holding":
            p.text = "holds" if ahead.kind == "amount" else ""
            if ahead.kind == "amount":
                ahead.text += " stake"
        elif p.kind == "noun" and p.text == "exports" and any(q.text == "export ban" for q in clause):
            p.text = ""  # 出口镓禁令


def _caused(found: list[Piece], i: int) -> None:
    """Make two statements of 销量下滑导致需求减少; what may or will be caused keeps its modality."""
    p, before = found[i], found[i - 1] if i else None
    two = _says(found[:i]) and _says(found[i + 1 : _clause_end(found, i + 1)])
    if not two or before is None:
        return
    if before.kind == "comma":
        p.text = ""
    elif before.kind == "modal":
        p.text, p.base, p.kind = before.text, before.base, "modal"
        before.text, before.base, before.kind = (
            (".", ".", "stop") if i == 1 or found[i - 2].kind != "comma" else ("", "", "drop")
        )
    else:
        p.text, p.kind = ".", "stop"


def _says(found: list[Piece]) -> bool:
    """Whether a verb stands in a stretch."""
    return any(q.kind in {"verb", "say"} for q in found)


_TIMES = re.compile(r"((?:[a-z]+ )*)([\d.,]+) times")
_RULES = frozenset({"export ban", "export controls", "export restrictions", "import ban", "sanctions"})


def _projects(found: list[Piece]) -> list[Piece]:
    """Put a country behind the project of a firm: 格林美印尼镍项目 is a nickel project of GEM in Indonesia."""
    out = list(found)
    for i in range(1, len(found) - 1):
        if found[i].kind != "place" or found[i - 1].kind != "firm":
            continue
        j = i + 1
        while j < len(found) - 1 and found[j].kind in {"commodity", "plant"}:
            j += 1
        if found[j].kind != "facility":
            continue
        place = found[i]
        del out[_index(out, place)]
        at = _index(out, found[j]) + 1
        out[at:at] = [Piece(place.start, place.start, "in", "in", "link"), place]
    return out


def _index(found: list[Piece], piece: Piece) -> int:
    return next(k for k, q in enumerate(found) if q is piece)


def _plans(found: list[Piece]) -> None:
    """Write 没有…计划 as "has no plans to …", and 计划 at the end of a clause as a noun."""
    for i, p in enumerate(found):
        if p.kind != "modal" or p.text != "plans to":
            continue
        ahead = found[i + 1].kind if i + 1 < len(found) else "stop"
        if ahead not in _ENDS:
            continue
        j = i - 1
        while j >= 0 and found[j].kind not in _ENDS and found[j].kind != "neg":
            j -= 1
        if j >= 0 and found[j].kind == "neg":
            found[j].text = "has no plans to"
            p.text = ""
        else:
            p.text, p.kind = "plan", "noun"


def _expected(found: list[Piece]) -> None:
    """Write 预计 as a modality where nobody is named who expects."""
    for i, p in enumerate(found):
        if p.kind != "say" or p.text != "expects":
            continue
        before = next((q for q in reversed(found[:i]) if q.kind not in {"date", "drop"}), None)
        ahead = found[i + 1].kind if i + 1 < len(found) else "stop"
        speaker = before is not None and before.kind in {"speaker", "firm", "latin"}
        if before is not None and before.kind == "noun" and before.text == "the company":
            speaker = True
        if speaker or ahead == "comma":
            continue
        will = next((q for q in found[i + 1 : _clause_end(found, i)] if q.kind == "modal"), None)
        if will is not None and will.text == "will":
            p.text, p.kind, will.text = "", "drop", "is expected to"  # 预计产量将减少
        else:
            p.text, p.kind = "is expected to", "modal"


def _ranges(found: list[Piece]) -> list[Piece]:
    """Write 由A下调至B as "lowered to B from A"."""
    out = list(found)
    for i in range(len(found) - 3):
        word, was, verb, now = found[i : i + 4]
        if word.text == "from" and was.kind == now.kind == "amount" and verb.kind == "verb":
            at = _index(out, word)
            out[at : at + 4] = [verb, now, word, was]
    return out


def _reasons(found: list[Piece]) -> list[Piece]:
    """Put the reason of 因许可证到期已停产 behind what follows from it."""
    out = list(found)
    for p in found:
        if p.kind != "cause" or p.text != "due to":
            continue
        i = _index(out, p)
        end = _clause_end(out, i + 1)
        verbs = [k for k in range(i + 1, end) if out[k].kind == "verb"]
        if len(verbs) < 2:
            continue
        cut = verbs[0] + 1
        if any(q.kind not in {"link", "drop", "date", "modal", "neg"} for q in out[cut : verbs[1]]):
            continue
        p.text = "because"
        out[i:end] = out[cut:end] + out[i:cut]
    return out


def _objects_first(found: list[Piece]) -> list[Piece]:
    """Put the verb of 将…下调至 in front of its object, and tell that 将 from the future."""
    out = list(found)
    for i, p in enumerate(found):
        if p.kind != "modal" or p.text != "will" or p.end - p.start != 1:
            continue
        end = _clause_end(found, i + 1)
        k = i + 1
        while k < end and found[k].kind in {"date", "drop"}:
            k += 1
        if k >= end or found[k].kind not in _NOUNS:
            continue
        verb = next((j for j in range(k, end) if found[j].kind == "verb"), None)
        if verb is None or any(q.kind in {"modal", "neg", "say"} for q in found[k:verb]):
            continue
        p.text, p.kind = "", "drop"
        moved = found[verb]
        at = _index(out, moved)
        if moved.alone and moved.alone[0].endswith(" to"):
            out[at] = Piece(moved.end, moved.end, "to", "to", "link")
        else:
            del out[at]
        moved.alone = None
        out.insert(_index(out, p), moved)
    return out


_DOUBLED = frozenset({"cut", "shut", "set", "hit", "get"})


def _gerund(phrase: str) -> str:
    """Put the first word of "acquire stake in" into the form "acquiring"."""
    word, _, rest = phrase.partition(" ")
    stem = (
        word + word[-1] if word in _DOUBLED else word[:-1] if word.endswith("e") and len(word) > 2 else word
    )
    return f"{stem}ing {rest}".rstrip()


def _forms(found: list[Piece]) -> None:
    """Put verbs into the base form behind a modality or negation, into the past elsewhere."""
    governed = passive = denied = False
    for i, p in enumerate(found):
        if p.kind in _ENDS | {"said", "say"}:
            governed = passive = False
        elif p.kind in {"modal", "neg"}:
            governed = p.text != ""
            denied = p.text == "denied"
        elif p.kind == "cause" and p.text == "caused" and governed:
            p.text = "cause"
        elif p.kind == "passive":
            ahead = next((q for q in found[i + 1 : i + 4] if q.kind not in {"place", "noun"}), None)
            passive = ahead is not None and ahead.kind == "verb"
            p.text = ("be" if governed else "was") if passive else ""
        elif p.kind == "verb":
            if p.alone and _alone(found, i):
                p.text, p.base = p.alone
            if governed and not passive:
                p.text = _gerund(p.base) if denied else p.base
            if "limit-" in p.base and i and found[i - 1].kind == "firm":
                p.text = f"shares {p.text}"
            passive = False


def _alone(found: list[Piece], i: int) -> bool:
    """Whether a verb has no object behind it: an amount, "to" or the end of the clause comes next."""
    ahead = found[i + 1] if i + 1 < len(found) else None
    before = next((q for q in reversed(found[:i]) if q.kind not in {"modal", "neg", "drop", "date"}), None)
    if before is None or before.kind not in {"noun", "commodity", "facility"}:
        return False
    return ahead is None or ahead.kind in _ENDS | {"amount", "number"} or ahead.text == "to"


def _commas(found: list[Piece]) -> None:
    """Take the comma behind a verb of saying away, and open a new clause where one begins with its own subject."""
    for i, p in enumerate(found):
        if p.kind == "space":
            inner = (
                0 < i < len(found) - 1 and found[i - 1].kind not in _ENDS and found[i + 1].kind not in _ENDS
            )
            han = inner and "latin" not in {found[i - 1].kind, found[i + 1].kind}
            if not han or found[i - 1].kind in {"number", "date"} or found[i + 1].kind in {"open"}:
                continue
            p.text, p.kind = ",", "comma"
        if p.kind != "comma":
            continue
        before = next((q for q in reversed(found[:i]) if q.text), None)
        if before is None or before.kind in {"say", "said", "comma", "colon"}:
            p.text = ""
            continue
        end = _clause_end(found, i + 1)
        clause = found[i + 1 : end]
        first = next((q for q in clause if q.kind not in {"drop", "date", "quote"}), None)
        verbal = any(q.kind in {"verb", "say"} for q in clause)
        told = found[:i]
        if first is not None and first.text == "shares" and verbal:
            owner = next((q for q in found[:i] if q.kind == "firm"), None)
            if owner is not None:  # 自由港下调产量指引，股价大跌
                first.text, first.kind = f"{owner.text} shares", "firm"
        if (
            not verbal
            or first is None
            or (first.kind not in _SUBJECTS and first.text[:8] not in {"the comp", "the mine"})
        ):
            continue
        if any(q.kind in {"say", "said"} for q in told):
            p.text = ", while"  # what is said goes on
        elif any(q.kind in {"verb", "modal", "neg"} for q in told):
            p.text, p.kind = ".", "stop"
