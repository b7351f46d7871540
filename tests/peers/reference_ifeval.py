"""Google's checks of instructions, and IFBench's, through the PyPI package that carries both.

NLTK looks for its English model of Punkt on disk; here it is written from the package that ships the same tables.
"""

import functools
import pathlib
import tempfile


@functools.cache
def registries():
    """The classes of IFEval's and IFBench's instructions, by id."""
    import langdetect
    import nltk
    from punkt.data import english

    folder = pathlib.Path(tempfile.mkdtemp(prefix="punkt"))
    model = folder / "tokenizers" / "punkt_tab" / "english"
    model.mkdir(parents=True)
    (model / "abbrev_types.txt").write_text("\n".join(english.ABBREV_TYPES), encoding="utf8")
    (model / "sent_starters.txt").write_text("\n".join(english.SENT_STARTERS), encoding="utf8")
    (model / "collocations.tab").write_text("\n".join("\t".join(pair) for pair in english.COLLOCATIONS), encoding="utf8")
    context = "\n".join(f"{word}\t{flags}" for word, flags in english.ORTHO_CONTEXT.items())
    (model / "ortho_context.tab").write_text(context, encoding="utf8")
    nltk.data.path[:] = [str(folder)]
    # The package asks for more data than these checks use.
    nltk.download = lambda *args, **kwargs: False
    langdetect.DetectorFactory.seed = 0

    from if_verifiable.ifbench.instructions_registry import INSTRUCTION_DICT as ifbench
    from if_verifiable.ifeval.instructions_registry import INSTRUCTION_DICT as ifeval

    return ifeval, ifbench


def variants(response):
    """The texts of the loose mode, as Google's evaluation makes them."""
    lines = response.split("\n")
    cut = ["\n".join(part).strip() for part in (lines[1:], lines[:-1], lines[1:-1])]
    # Each once: the same text is followed or not, however often it is asked.
    return list(dict.fromkeys([response, response.replace("*", "")] + cut + [text.replace("*", "") for text in cut]))


def verdicts(instruction_id, kwargs, response):
    """Whether the instruction is followed: strictly, loosely."""
    ifeval, ifbench = registries()
    checker = (ifeval.get(instruction_id) or ifbench[instruction_id])(instruction_id)
    checker.build_description(**kwargs)

    def follows(text):
        return bool(text.strip()) and bool(checker.check_following(text))

    strict = follows(response)
    return strict, strict or any(follows(text) for text in variants(response)[1:])
