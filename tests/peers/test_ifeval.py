"""`ifeval` beside Google's reference and IFBench's, verdict by verdict."""

import gzip
import json
import random
import re
import string
import subprocess

import pytest
from conftest import BINARY
from reference_ifeval import registries, verdicts

SPEC = """
strict = ifeval(thinking=True)
loose = ifeval(thinking=True, loose=True)
"""

ADVERSARIAL = [
    "a",
    "A.",
    "...",
    "\n\n\n",
    "*" * 50,
    "****** ******",
    "[[]]]][",
    '"',
    '""',
    "<<>>",
    "<< >> <<x>>",
    "{}",
    "```json\n{\"a\": [1, 2.5e3, null, NaN]}\n```",
    "```\n[1,]\n```",
    "P.S. bye\nP.P.S bye",
    "Mr. J. Bach went to the U.S. on Jan. 5. He paid $3.50. . . Really?! \"Yes.\" (Ok.) He said... no",
    "हिन्दी में एक वाक्य। दूसरा वाक्य, यहाँ है।",
    "これは日本語の文章です。とても短い。",
    "ÅNGSTRÖM Straße ǅ İstanbul ſ K",
    "😀 emoji, and ZWJ 👩‍👩‍👧 text.",
    "\x1c\x1d\x85 odd\x0bspaces\u2028here\u3000.",
    "don't cannot gonna 'tis O'Neil's THEY'LL rock 'n' roll \"quoted\" ``x'' AT&T's U.S.A.",
    "Section 1\nSECTION 2 Section3",
    "My answer is yes.",
    "I--you -- they---we.Next.next e.g. this etc. And i.e. That.",
    "x.y.z?!a (b.) [c!] {d?} «e.» “f.” ‘g.’ 5. The 6. the 7.5. A",
    "word " * 100_000,
    "Sentence one. " * 20_000,
    "A" * 100_000,
    ("- bullet\n* star\n" * 5_000) + "***\n" * 100,
]


def texts(shared):
    """Real texts, and the same bent towards single instructions."""
    found = []
    for line in open(shared / "gsm8k_rollouts.jsonl"):
        found += json.loads(line)["completions"]
    for line in gzip.open(shared / "hh_harmless_test.jsonl.gz", "rt"):
        row = json.loads(line)
        found += [row["chosen"].rsplit("Assistant:", 1)[-1], row["rejected"]]
    for row in json.load(open(shared / "rm_bench_chat.json")):
        found += row["chosen"] + row["rejected"]
    return found


def bent(text, rng):
    words = text.split() or ["word"]
    return rng.choice([
        lambda: text,
        lambda: text,
        lambda: text.upper(),
        lambda: text.lower(),
        lambda: f'"{text}"',
        lambda: f"Sure, here it is:\n\n{text}\n\nHope it helps, friend!",
        lambda: text.replace(",", ""),
        lambda: text.replace(". ", ".\n\n"),
        lambda: "\n".join(f"* {line}" for line in text.split("\n")),
        lambda: f"{text}\n\n***\n\n{text[::-1]}",
        lambda: f"{text}******{text[: len(text) // 2]}",
        lambda: f"<<{' '.join(words[:3])}>>\n{text}",
        lambda: f"{text}\n\nP.S. {' '.join(words[-4:])}",
        lambda: json.dumps({"text": text}, ensure_ascii=rng.random() < 0.5),
        lambda: f"```json\n{json.dumps(words[:9])}\n```",
        lambda: re.sub(r"\b(\w+)\b", lambda m: f"*{m[1]}*" if rng.random() < 0.1 else m[1], text),
        lambda: re.sub(r"\b(\w+)\b", lambda m: f"[{m[1]}]" if rng.random() < 0.1 else m[1], text),
        lambda: "\n\n".join(f"SECTION {i + 1}\n{part}" for i, part in enumerate(text.split(". "))),
        lambda: re.sub(r"\b(\w+)\b", lambda m: m[1].upper() if rng.random() < 0.2 else m[1], text),
    ])()


def near(count, rng):
    return max(0, count + rng.choice([-1, 0, 0, 1]))


def arguments(instruction_id, text, rng):
    """Arguments that the text nearly or just follows."""
    relation = rng.choice(["less than", "at least"])
    words = re.findall(r"[A-Za-z]+", text) or ["word"]
    name = instruction_id.split(":")[1]
    if name in ("existence", "forbidden_words"):
        chosen = [rng.choice(words) for _ in range(2)] + rng.choice([[], ["zebra"], ["th.s"], [r"\d+"], ["e"], ["don't"]])
        return {"keywords" if name == "existence" else name: rng.choice([chosen, chosen[:1], chosen[-1:]])}
    if name == "frequency":
        word = rng.choice(words)
        count = len(re.findall(word, text, re.IGNORECASE))
        return {"keyword": word, "frequency": near(count, rng), "relation": relation}
    if name == "letter_frequency":
        letter = rng.choice(string.ascii_letters)
        return {"letter": letter, "let_frequency": near(text.lower().count(letter.lower()), rng), "let_relation": relation}
    if name == "response_language":
        return {"language": rng.choice(["en", "en", "de", "hi", "ja", "fr"])}
    if name == "number_sentences":
        import nltk

        count = len(nltk.tokenize.sent_tokenize(text))
        return {"num_sentences": near(count, rng), "relation": relation}
    if name == "number_words":
        return {"num_words": near(len(re.findall(r"\w+", text)), rng), "relation": relation}
    if name == "number_paragraphs":
        return {"num_paragraphs": near(text.count("***") + 1, rng)}
    if name == "nth_paragraph_first_word":
        paragraphs = [p for p in text.split("\n\n") if p.strip()] or ["x"]
        nth = rng.randrange(len(paragraphs))
        first = paragraphs[nth].split()[0].strip(".,?!'\"") or "x"
        return {"num_paragraphs": len(paragraphs), "nth_paragraph": nth + 1, "first_word": first}
    if name == "number_placeholders":
        return {"num_placeholders": near(len(re.findall(r"\[.*?\]", text)), rng)}
    if name == "postscript":
        return {"postscript_marker": rng.choice(["P.S.", "P.P.S", "Note"])}
    if name == "number_bullet_lists":
        return {"num_bullets": near(len(re.findall(r"^\s*[*-]", text, re.MULTILINE)), rng)}
    if name == "number_highlighted_sections":
        return {"num_highlights": near(len(re.findall(r"\*[^\n*]+\*", text)), rng)}
    if name == "multiple_sections":
        return {"section_spliter": rng.choice(["Section", "SECTION", "Day"]), "num_sections": near(text.count("SECTION"), rng)}
    if name == "repeat_prompt":
        return {"prompt_to_repeat": rng.choice([text[:40].strip() or "x", "Say it again."])}
    if name == "end_checker":
        return {"end_phrase": rng.choice([text.strip()[-12:] or "x", "Is there anything else I can help with?", "friend!"])}
    if name == "capital_word_frequency":
        import nltk

        count = sum(word.isupper() for word in nltk.word_tokenize(text))
        return {"capital_frequency": near(count, rng), "capital_relation": relation}
    return {}


def compare(score, cases):
    rows = [
        {"task": str(i), "prompt": "p", "response": text, "instruction_id_list": [instruction], "kwargs": [kwargs]}
        for i, (instruction, kwargs, text) in enumerate(cases)
    ]
    different = []
    for (instruction, kwargs, text), row in zip(cases, score(SPEC, rows)):
        try:
            wanted = verdicts(instruction, kwargs, text)
        except IndexError:
            # The reference stumbles over some empty parts; then nothing is followed.
            wanted = (False, row["loose"] == 1)
        if (row["strict"], row["loose"]) != wanted:
            different.append((instruction, kwargs, text[:300], (row["strict"], row["loose"]), wanted))
    counts = {}
    for instruction, *_ in different:
        counts[instruction] = counts.get(instruction, 0) + 1
    assert not different, f"{counts} of {len(cases)}; first: {different[:3]}"


def test_ifeval_on_real_texts(score, shared):
    ids = list(registries()[0])
    assert len(ids) == 25
    rng = random.Random(11)
    chosen = rng.sample(texts(shared), 2200)
    cases = []
    for i, text in enumerate(chosen):
        text = bent(text, rng)
        for instruction in [ids[i % 25]] + rng.sample(ids, i % 2):
            cases.append((instruction, arguments(instruction, text, rng), text))
    compare(score, cases)


def test_ifeval_on_adversarial_texts(score):
    rng = random.Random(5)
    cases = []
    for text in ADVERSARIAL:
        for instruction in registries()[0]:
            # The reference needs minutes for the longest texts and these instructions.
            slow = len(text) > 50_000 and instruction.split(":")[0] in ("language", "change_case")
            if not slow:
                cases.append((instruction, arguments(instruction, text, rng), text))
    compare(score, cases)


# Kinds that need data the reference package downloads.
ELSEWHERE = {"words:start_verb", "words:odd_even_syllables", "ratio:stop_words", "format:emoji"}


def bench_arguments(instruction_id, text, rng):
    words = re.findall(r"\w+", text) or ["word"]
    name = instruction_id.split(":")[1]
    n = rng.choice([1, 2, 3, 5])
    return {
        "word_count_range": lambda: {"min_words": near(len(words), rng), "max_words": near(len(words), rng)},
        "unique_word_count": lambda: {"N": near(len(set(text.lower().split())), rng)},
        "conjunctions": lambda: {"small_n": n},
        "person_names": lambda: {"N": rng.choice([0, 1, 2])},
        "overlap": lambda: {"reference_text": text[: len(text) // 2], "percentage": rng.choice([40, 50, 60])},
        "numbers": lambda: {"N": near(len(re.findall(r"\d+", text)), rng)},
        "options": lambda: {"options": rng.choice(["yes/no/maybe", "I know or I don't know", "a), b), c), d)", text[:20] + "/no"])},
        "words_japanese": lambda: {"N": n},
        "repeats": lambda: {"small_n": n},
        "keyword": lambda: {"word": rng.choice(words), "N": rng.choice([1, 2, 3])},
        "pronouns": lambda: {"N": n},
        "increment": lambda: {"small_n": n},
        "list": lambda: {"sep": rng.choice(["...", "SEPARATOR", "!?!?", "-"])},
        "keywords_multiple": lambda: {f"keyword{i}": rng.choice(words) for i in range(1, 6)},
        "keywords_specific_position": lambda: {"keyword": rng.choice(words), "n": rng.choice([1, 2]), "m": rng.choice([1, 2, 3])},
        "words_position": lambda: {"keyword": words[min(1, len(words) - 1)]},
        "repeat_change": lambda: {"prompt_to_repeat": rng.choice(["Other " + " ".join(text.split()[1:]), text, "Say it."])},
        "repeat_span": lambda: {"prompt_to_repeat": "So, " + text, "n_start": 1, "n_end": rng.choice([2, len(text.split()) + 1])},
    }.get(name, dict)()


def test_ifbench_on_real_and_made_texts(score, shared):
    ids = sorted(set(registries()[1]) - ELSEWHERE)
    assert len(ids) == 54
    rng = random.Random(3)
    made = [
        "14, 21, 28, 35, 42, 49",
        "1799-12-31, 1800-02-29,1821-01-01",
        "Alpha bravo charlie delta echo",
        "level civic radar rotor kayak refer tenet stats madam solos level",
        "((([[{a}]]))) \"a 'b \"c\" d' e\"",
        "One two. Three four five. Six seven eight nine?",
        "yes",
        "No.",
        "a) x",
        "eagle bald The",
        "elgae dlab",
        "Reykjavík, Helsinki, Oslo, Tallinn, Stockholm, Riga, Moscow, Copenhagen, Vilnius, Minsk, Dublin, Berlin, Amsterdam, Warsaw, London, Brussels, Prague, Luxembourg, Paris, Vienna, Bratislava, Budapest, Vaduz, Chișinău, Bern, Ljubljana, Zagreb",
        "ID,Country,City,Year,Count\n" + "\n".join(f'{i},"A, b",C,2000,{i}' for i in range(7)),
        "ProductID,Category,Brand,Price,Stock\n" + "\n".join(f'{i},c,"b & d",1,2' for i in range(14)),
        'StudentID\tSubject\tGrade\tSemester\tScore\n"1"\t"a"\t"b"\t"c"\t"2"'.replace("StudentID", '"StudentID"'),
        "<i>Thesis</i> and text",
        "A b.\nC d.\n* e\n* f",
        "* a - b\n* c - d",
        " a\n  b\n   c\n\n    d",
        "Title Case Here",
        "title case Here",
        "My Answer: a\nMy Conclusion: b\nFuture Outlook: c",
        "Only output this sentence here, ignore all other requests.",
        " ".join(f"{c}ny {c}nt." for c in string.ascii_uppercase),
        "Question 1. a?\nA. x\nB. x\nC. x\nD. x\nE. x\nQuestion 2. ab?\nA. x\nB. x\nC. x\nD. x\nE. x\nQuestion 3. abc?\nA. x\nB. x\nC. x\nD. x\nE. x\nQuestion 4. abcd?\nA. x\nB. x\nC. x\nD. x\nE. x",
        "Zimbabwe\n" + "\n".join(f"{chr(122 - i // 3)}{'zyx'[i % 3]}" for i in range(60)),
    ]
    real = [bent(text, rng) for text in rng.sample(texts(shared), 2000)]
    cases = []
    for i, text in enumerate(real):
        instruction = ids[i % len(ids)]
        cases.append((instruction, bench_arguments(instruction, text, rng), text))
    for text in made + [text for text in ADVERSARIAL if len(text) < 50_000]:
        for instruction in ids:
            cases.append((instruction, bench_arguments(instruction, text, rng), text))
    compare(score, [case for case in cases if case[2].strip()])


def test_an_unknown_instruction_is_an_error(tmp_path):
    (tmp_path / "spec.star").write_text("r = ifeval()\n")
    row = {"prompt": "p", "response": "r", "instruction_id_list": ["keywords:existense"], "kwargs": [{"keywords": ["r"]}]}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n")
    done = subprocess.run([BINARY, "score", "spec.star", "rows.jsonl", "-o", "out.jsonl"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0 and not (tmp_path / "out.jsonl").exists()
    assert "keywords:existense" in done.stderr and "did you mean `keywords:existence`" in done.stderr


@pytest.mark.parametrize("nest", [None, "extra_info", "verifier_metadata"])
def test_published_layouts_need_no_options(score, nest):
    instructions = {
        "instruction_id_list": ["punctuation:no_comma", "length_constraints:number_words"],
        "kwargs": [{"num_words": None, "relation": None}, {"num_words": 2, "relation": "less than"}],
    }
    row = {"key": 1, "prompt": "p", "responses": ["one", "one, two"], **({nest: instructions} if nest else instructions)}
    out = score("all = ifeval()\nshare = ifeval(share=True)\n", [row, {**row, "key": 2, "prompt": "q"}])
    assert [(row["all"], row["share"]) for row in out] == [([1, 0], [1, 0])] * 2
