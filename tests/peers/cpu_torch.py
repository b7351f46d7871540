"""Stands in for the GPU libraries torch's wheel for Linux is linked with: two gigabytes that work on the CPU never calls."""

import collections
import pathlib
import re
import subprocess
import sysconfig
import tempfile

LIB = pathlib.Path(sysconfig.get_paths()["purelib"]) / "torch" / "lib"
GPU = re.compile(r"_*(lib)?(cu|nv|nccl)")
FUNCTION = ".globl {0}\n{0}: mov $100, %eax\nret\n"


def main():
    needed, file_of, symbols = set(), {}, collections.defaultdict(set)
    for path in LIB.glob("*.so*"):
        command = ["readelf", "-dVW", "--dyn-syms", path]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        needed |= {n for n in re.findall(r"\(NEEDED\).*\[([^\]]+)\]", text) if GPU.match(n)}
        for file, versions in re.findall(r"File: (\S+)  Cnt.*\n((?:.*Name: .*\n)*)", text):
            file_of.update((version, file) for version in re.findall(r"Name: (\S+)", versions))
        for name, version in re.findall(r" UND (\w+)(?:@(\S+))?", text):
            if version or GPU.match(name):
                symbols[version].add(name)
    for file in sorted(n for n in needed if not (LIB / n).exists()):
        stub(file, {v: symbols[v] for v in symbols if file_of.get(v) == file}, symbols[""])


def stub(file, versioned, others):
    """A library whose functions all fail; those without a version are in each."""
    names = others.union(*versioned.values())
    nodes = [f"{version} {{ global: {'; '.join(sorted(names))}; }};" for version, names in versioned.items()]
    with tempfile.NamedTemporaryFile("w", suffix=".map") as script:
        script.write("\n".join(nodes))
        script.flush()
        command = ["cc", "-shared", "-nostdlib", "-x", "assembler", "-", f"-Wl,-soname,{file}", "-o", LIB / file]
        source = "".join(FUNCTION.format(name) for name in sorted(names))
        subprocess.run([*command, *([f"-Wl,--version-script={script.name}"] if nodes else [])], input=source, text=True, check=True)


main()
