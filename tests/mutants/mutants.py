"""Mutants: whether the tests of the statistical core would notice a mistake in it.

Draws places in the sources at random, makes one change at each (another operator, a guard that never
holds, a constant that is off by one), builds the test programs that are to notice, and runs them. A
mutant of which one fails, hangs or crashes is killed; one that passes them all survives and is printed
with its line. What no test could notice is in equivalent.txt with the reason, and is not drawn. Works on
a copy in build/mutants, so that no source is ever left changed.

    ./dev mutants COUNT [FILE] [SEED]
"""

import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPY = ROOT / "build" / "mutants" / "source"
BUILD = ROOT / "build" / "mutants" / "build"

EQUIVALENT = pathlib.Path(__file__).with_name("equivalent.txt")

# Where the core is, and the programs whose tests are to notice, the quicker one first.
PROGRAMS = {
    "sdk/analysis/align": ["unit_analysis", "unit_align"],
    "sdk/analysis/stats": ["unit_analysis", "unit_align"],
    "core/evidence": ["unit_evidence"],
    "core/codecs": ["unit_codecs", "unit_reading"],
}
SECONDS = 120  # of one run of a program's tests; longer is a hang, and noticed

# Operators stand between spaces in these sources; what does not is a template or a pointer.
SWAPS = [
    (r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "),
    (r" == ", " != "), (r" != ", " == "), (r" && ", " || "), (r" \|\| ", " && "),
    (r" \+ ", " - "), (r" - ", " + "), (r" \* ", " / "), (r" / ", " * "),
    (r" \+= ", " -= "), (r" -= ", " += "), (r"\btrue\b", "false"), (r"\bfalse\b", "true"),
    (r"std::min\b", "std::max"), (r"std::max\b", "std::min"), (r"(?<=return )-(?=[\w(])", ""),
]
GUARD = re.compile(r"\bif \((?!constexpr)(.*)\) (return|continue|break|throw)\b")
NUMBER = re.compile(r"(?<![\w.\"'])(\d+)(?![\w.\"'x])")


def code_of(line):
    """A line without what no mutant changes: comments, texts, includes, assertions."""
    if line.lstrip().startswith(("#", "//", "static_assert", "assert(", "template", "using ")):
        return ""
    line = re.sub(r"//.*", "", line)
    return re.sub(r'"(\\.|[^"\\])*"', lambda text: "\x00" * len(text.group()), line)


def mutants_of(file):
    """(line number, from, to) of every change that can be made in a file."""
    lines = (ROOT / file).read_text().split("\n")
    found = []
    for at, line in enumerate(lines):
        code = code_of(line)
        for pattern, other in SWAPS:
            for match in re.finditer(pattern, code):
                found.append((at, line, line[: match.start()] + other + line[match.end() :]))
        guard = GUARD.search(code)
        if guard:
            found.append((at, line, line[: guard.start(1)] + "false && (" + line[guard.start(1) : guard.end(1)]
                          + ")" + line[guard.end(1) :]))
        for match in NUMBER.finditer(code):
            found.append((at, line, line[: match.start()] + str(int(match.group()) + 1) + line[match.end() :]))
    return [(file, *change) for change in found]


def files():
    listed = subprocess.run(["git", "ls-files", *PROGRAMS], cwd=ROOT, text=True, check=True,
                            stdout=subprocess.PIPE).stdout.split()
    return [file for file in listed if file.endswith(".cpp")]


def programs_of(file):
    return next(programs for folder, programs in PROGRAMS.items() if file.startswith(folder + "/"))


def equivalents():
    """{(file, from, to)}: paragraphs of a file's name, "- " from, "+ " to and the reason; # is a comment."""
    listed = set()
    for paragraph in EQUIVALENT.read_text().split("\n\n"):
        lines = [line for line in paragraph.split("\n") if line and not line.startswith("#")]
        if not lines:
            continue
        file, before, after, *why = lines
        if not (before.startswith("- ") and after.startswith("+ ") and why):
            sys.exit(f"{EQUIVALENT.name}: not a file, '- ', '+ ' and a reason: {paragraph}")
        listed.add((file, before[2:], after[2:]))
    return listed


def without_equivalents(mutants):
    listed = equivalents()
    left, met = [], set()
    for mutant in mutants:
        change = (mutant[0], mutant[2].strip(), mutant[3].strip())
        if change in listed:
            met.add(change)
        else:
            left.append(mutant)
    read = {file for file, *_ in mutants}
    stale = [change for change in listed - met if change[0] in read]
    if stale:
        sys.exit(f"{EQUIVALENT.name} lists what is no mutant: {stale[0]}")
    return left


def copy_sources():
    """The tree as it is, files that did not change left alone so that nothing is built twice."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True, check=True,
                            stdout=subprocess.PIPE).stdout.split("\n")
    for name in filter(None, listed):
        source, target = ROOT / name, COPY / name
        if source.is_symlink():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            target.symlink_to(os.readlink(source))
        elif source.is_file() and not (target.exists() and target.read_bytes() == source.read_bytes()):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            shutil.copymode(source, target)


def quiet(*command, seconds=None):
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds)
    except subprocess.TimeoutExpired:
        return None


def build(program):
    return quiet("cmake", "--build", str(BUILD), "--target", program).returncode == 0


def passes(program):
    run = quiet(str(BUILD / "bin" / program), "--gtest_brief=1", "--gtest_fail_fast", seconds=SECONDS)
    return run is not None and run.returncode == 0


def tried(mutant):
    """'killed', 'survived' or 'no program', where the change does not compile."""
    file, at, _, to = mutant
    target = COPY / file
    before = target.read_text()
    lines = before.split("\n")
    lines[at] = to
    try:
        target.write_text("\n".join(lines))
        for program in programs_of(file):
            if not build(program):
                return "no program"
            if not passes(program):
                return "killed"
        return "survived"
    finally:
        target.write_text(before)


def main(arguments):
    count = int(arguments[0]) if arguments else 50
    wanted = [file for file in files() if len(arguments) < 2 or arguments[1] in file]
    if not wanted:
        sys.exit(f"no source of the core is named '{arguments[1]}': " + ", ".join(PROGRAMS))
    drawn = random.Random(int(arguments[2]) if len(arguments) > 2 else 1)
    every = [mutant for file in wanted for mutant in mutants_of(file)]
    mutants = without_equivalents(every)
    total = len(mutants)
    drawn.shuffle(mutants)
    copy_sources()
    options = [f"-D{name}={os.environ[name]}" for name in ["CMAKE_CXX_COMPILER_LAUNCHER"] if name in os.environ]
    configured = quiet("cmake", "-S", str(COPY), "-B", str(BUILD), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                       "-DKINDRED_TESTS=ON", "-DKINDRED_UNITY=OFF", *options)
    if configured.returncode != 0:
        sys.exit(configured.stdout.decode())
    for program in sorted({program for file in wanted for program in programs_of(file)}):
        if not build(program) or not passes(program):
            sys.exit(f"{program} does not build or pass without a mutant")
    came = {"killed": 0, "survived": 0, "no program": 0}
    for mutant in mutants:
        if came["killed"] + came["survived"] >= count:
            break
        outcome = tried(mutant)
        came[outcome] += 1
        file, at, line, to = mutant
        if outcome == "survived":
            print(f"survived: {file}:{at + 1}\n  {line.strip()}\n  {to.strip()}", flush=True)
    made = came["killed"] + came["survived"]
    print(f"{made} of {total} mutants tried: {came['killed']} killed, {came['survived']} survived"
          + (f", {came['no program']} more did not compile" if came["no program"] else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
