import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Python itself tells of every file, folder, process and connection, whoever opens it and by whichever route.
WATCHED = """
import json, sys
from tests.printing import samples
from tests.printing.test_paper import HOSTILE, of_every_block
from clinic_desktop.printing.paper import Paper, Words

Paper("warm", (Words("the fonts are read once"),), letterhead=samples.letterhead()).pdf()
seen = []

def watch(event, arguments):
    if event.split(".")[0] in {"open", "os", "shutil", "socket", "subprocess", "tempfile", "urllib", "import"}:
        seen.append([event, repr(arguments)])

sys.addaudithook(watch)
for text in HOSTILE:
    assert of_every_block(text).pdf().startswith(b"%PDF")
samples.referral(course=samples.COURSE * 30).pdf()
held = list(seen)
print(json.dumps(held))
"""
FIRST = """
import json, sys
seen = []

def watch(event, arguments):
    if event == "open" and (set(str(arguments[1])) & set("wax+") or (arguments[2] or 0) & 3):
        seen.append(repr(arguments))
    if event.split(".")[0] in {"socket", "subprocess", "tempfile", "urllib"} or event in {"os.remove", "os.rename"}:
        seen.append([event, repr(arguments)])

sys.dont_write_bytecode = True
sys.addaudithook(watch)
from clinic_desktop.printing.paper import Paper, Words
Paper("T", (Words("<img src='http://127.0.0.1:9/x.png'>"),)).pdf()
print(json.dumps(seen))
"""
LAZY = """
import sys
import clinic_desktop.printing.paper, clinic_desktop.printing.sheets
print([name for name in sys.modules if name.split(".")[0] in {"reportlab", "PIL", "segno", "pypdfium2", "PySide6"}])
"""


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_paper_opens_no_file_and_no_connection_whatever_its_text_names() -> None:
    assert json.loads(run(WATCHED)) == []


def test_the_first_paper_writes_no_file() -> None:
    assert json.loads(run(FIRST)) == []


def test_naming_a_paper_loads_neither_reportlab_nor_qt() -> None:
    assert run(LAZY).strip() == "[]"
