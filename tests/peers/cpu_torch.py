"""Placeholders for the GPU libraries that torch's wheel for Linux is linked with: gigabytes that work on the CPU never calls.

Every function they stand for fails with "no device". Where the real libraries are installed nothing is done.
They are for x86-64.
"""

import collections
import importlib.metadata
import pathlib
import platform
import re
import subprocess
import sys
import sysconfig
import tempfile

SITE = pathlib.Path(sysconfig.get_paths()["purelib"])
LIB = SITE / "torch" / "lib"
GPU = re.compile(r"_*(lib)?(cu|nv|nccl)")
FUNCTION = ".globl {0}\n{0}: mov $100, %eax\nret\n"
# What an error is called is a text.
NAME = ".globl {0}\n{0}: lea text(%rip), %rax\nret\n"
TEXT = 'text: .asciz "no device"\n'


def linked():
    """The GPU libraries torch is linked with, and of each the functions wanted, by version."""
    libraries, file_of, wanted = set(), {}, collections.defaultdict(set)
    for path in LIB.glob("*.so*"):
        command = ["readelf", "-dVW", "--dyn-syms", path]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        libraries |= {n for n in re.findall(r"\(NEEDED\).*\[([^\]]+)\]", text) if GPU.match(n)}
        for file, versions in re.findall(r"File: (\S+)  Cnt.*\n((?:.*Name: .*\n)*)", text):
            file_of.update((version, file) for version in re.findall(r"Name: (\S+)", versions))
        for name, version in re.findall(r" UND (\w+)(?:@(\S+))?", text):
            if version or GPU.match(name):
                wanted[version].add(name)
    return {file: {v: wanted[v] for v in wanted if file_of.get(v, file) == file} for file in libraries}


def placeholder(file, functions):
    names = sorted(set().union(*functions.values()))
    nodes = [f"{version} {{ global: {'; '.join(sorted(own))}; }};" for version, own in functions.items() if version]
    with tempfile.NamedTemporaryFile("w", suffix=".map") as script:
        script.write("\n".join(nodes))
        script.flush()
        versions = [f"-Wl,--version-script={script.name}"] if nodes else []
        command = ["cc", "-shared", "-nostdlib", "-x", "assembler", "-", f"-Wl,-soname,{file}", *versions]
        is_name = re.compile(r"(cuda|cublas|cudnn|cufft|cusparse|cusolver|nccl|nvrtc)\w*Get\w*(String|Name)$")
        source = TEXT + "".join((NAME if is_name.match(name) else FUNCTION).format(name) for name in names)
        subprocess.run([*command, "-o", LIB / file], input=source, text=True, check=True)


if sys.platform == "linux" and platform.machine() == "x86_64" and LIB.is_dir() and not (SITE / "nvidia").exists():
    shipped = {path.name for path in importlib.metadata.files("torch")}
    for file, functions in linked().items():
        if file not in shipped:
            placeholder(file, functions)
