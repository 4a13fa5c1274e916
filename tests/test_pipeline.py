"""What happens to a user's files: read once, re-read when changed, gone when gone, and one bad file hurts no other."""

import functools
import io
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image

from tools.errors import LibraryBusy
from tools.library.ingest.report import Report
from tools.library.library import Library
from tools.library.store import disk
from tools.library.upkeep import check


@pytest.fixture
def library(empty_library: Library) -> Library:
    return empty_library


def told(report: Report) -> tuple[int, int, int, int]:
    return len(report.added), len(report.unchanged), len(report.failed), len(report.removed)


def found(library: Library, text: str) -> list[str]:
    return [hit.item.text for hit in library.search(text)]


def test_a_second_run_reads_nothing(library: Library, folder: Path) -> None:
    assert told(library.add([folder])) == (2, 0, 0, 0)
    points = library.store.count()
    assert told(library.add([folder])) == (0, 2, 0, 0)
    assert library.store.count() == points


def test_a_changed_file_replaces_what_it_held(library: Library, folder: Path) -> None:
    library.add([folder])
    (folder / "a.txt").write_text("The gearbox holds 5.1 litres of oil.\n")
    assert told(library.add([folder])) == (1, 1, 0, 0)
    texts = " ".join(found(library, "gearbox oil"))
    assert "5.1" in texts and "4.2" not in texts
    assert len(library.sources()) == 2


def test_what_a_changed_file_held_leaves_before_the_next_file_is_read(library: Library, folder: Path) -> None:
    library.add([folder])
    (folder / "a.txt").write_text("The gearbox holds 5.1 litres of oil.\n")
    (folder / "b.md").write_text("# Belt\n\nThe belt is checked every 700 hours.\n")
    seen: list[int] = []
    library.add([folder], lambda number, total, path: seen.append(len(library.sources())))
    assert seen == [2, 2, 2]  # before each of the files, and at the end


def test_a_deleted_file_leaves(library: Library, folder: Path) -> None:
    library.add([folder])
    (folder / "a.txt").unlink()
    assert told(library.add([folder])) == (0, 1, 0, 1)
    assert not any("gearbox" in text for text in found(library, "gearbox oil"))


def test_a_deleted_file_elsewhere_stays(library: Library, folder: Path, tmp_path: Path) -> None:
    library.add([folder])
    other = tmp_path / "other"
    other.mkdir()
    (other / "c.txt").write_text("Filters are changed.\n")
    (folder / "a.txt").unlink()
    assert told(library.add([other])) == (1, 0, 0, 0)
    assert any("gearbox" in text for text in found(library, "gearbox oil"))


def test_a_renamed_or_copied_file_is_not_read_again(library: Library, folder: Path) -> None:
    library.add([folder])
    points = library.store.count()
    shutil.copy(folder / "a.txt", folder / "copy.txt")
    (folder / "b.md").rename(folder / "belt.md")
    report = library.add([folder])
    assert (len(report.added), library.store.count()) == (0, points)
    assert len(library.sources()) == 2


def test_touching_a_file_does_not_embed_it_again(library: Library, folder: Path) -> None:
    library.add([folder])
    os.utime(folder / "a.txt", (1, 1))
    assert told(library.add([folder])) == (0, 2, 0, 0)


def test_one_bad_file_is_named_and_hurts_no_other(library: Library, folder: Path) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnot really")
    (folder / "empty.png").write_bytes(b"")
    (folder / "what.xyz").write_bytes(b"\x00\x01\x02")
    report = library.add([folder])
    assert told(report) == (2, 0, 3, 0)
    assert {path.name for path, _ in report.failed} == {"broken.pdf", "empty.png", "what.xyz"}
    assert all(path.name in error for path, error in report.failed)
    assert told(library.add([folder])) == (0, 2, 3, 0)  # named again, though not read again


def test_a_mended_file_is_read(library: Library, folder: Path) -> None:
    (folder / "c.txt").write_bytes(b"")
    assert told(library.add([folder])) == (2, 0, 1, 0)
    (folder / "c.txt").write_text("Now it says something about valves.\n")
    assert told(library.add([folder])) == (1, 2, 0, 0)


def test_a_missing_path_and_an_empty_folder(library: Library, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    assert told(library.add([tmp_path / "nothing"])) == (0, 0, 0, 0)
    ((path, error),) = library.add([tmp_path / "no-such-file.pdf"]).failed
    assert "no-such-file.pdf" in error


def test_a_text_that_comes_beside_a_picture_changes_its_caption(library: Library, folder: Path) -> None:
    Image.new("RGB", (80, 60), "orange").save(folder / "part.png")
    library.add([folder])
    (folder / "part.txt").write_text("Coupling spider, orange.\n")
    report = library.add([folder])
    assert {path.name for path in report.added} == {"part.png", "part.txt"}
    assert any(hit.item.kind == "figure" for hit in library.search("coupling spider", kinds=("figure",)))


def test_a_run_that_was_cut_short_goes_on_and_doubles_nothing(library: Library, folder: Path, tmp_path: Path) -> None:
    """Killed between the points and the catalogue: the points are there, the items are not."""

    class Killed(BaseException):
        pass

    def dies(*args) -> None:
        raise Killed

    keep = library.catalog.put
    library.catalog.put = dies  # type: ignore[method-assign]
    with pytest.raises(Killed):
        library.add([folder])
    assert library.store.count() > 0 and found(library, "gearbox oil") == []
    library.catalog.put = keep  # type: ignore[method-assign]
    assert told(library.add([folder])) == (2, 0, 0, 0)
    with Library(tmp_path / "undisturbed", create=True) as other:
        other.add([folder])
        assert other.store.count() == library.store.count()
        assert found(other, "gearbox oil") == found(library, "gearbox oil")


def test_removing_forgets_the_source_its_pictures_and_its_points(library: Library, folder: Path) -> None:
    Image.new("RGB", (80, 60), "orange").save(folder / "only.png")
    library.add([folder])
    (source,) = [s for s in library.sources() if s.uri.endswith("only.png")]
    points = library.store.count()
    library.remove(source.id)
    assert library.store.count() == points - 1
    assert list((library.root / "pictures").rglob("*/*")) == []
    assert (folder / "only.png").exists()


def test_a_store_that_is_held_changes_nothing(folder: Path, tmp_path: Path) -> None:
    """`library remove` while a chat is open: refused, and the source is still there."""
    with Library(tmp_path / "held", create=True) as held:
        held.add([folder])
        source = held.sources()[0].id
        code = (
            "import sys; from pathlib import Path; from tools.library.library import Library\n"
            "from tools.errors import LibraryBusy\n"
            "library = Library(Path(sys.argv[1]))\n"
            "for change in (lambda: library.remove(sys.argv[2]), lambda: library.add([Path(sys.argv[3])])):\n"
            "    try: change()\n"
            "    except LibraryBusy: print('busy')"
        )
        command = [sys.executable, "-c", code, str(tmp_path / "held"), source, str(folder)]
        assert subprocess.run(command, capture_output=True, text=True).stdout.split() == ["busy", "busy"]
        assert len(held.sources()) == 2 and held.catalog.pending() == []


def test_a_link_that_leads_round_in_a_circle(library: Library, folder: Path) -> None:
    (folder / "up").symlink_to(folder)
    assert told(library.add([folder])) == (2, 0, 0, 0)


def test_every_copy_can_be_cited_and_a_renamed_file_bears_its_new_name(library: Library, folder: Path) -> None:
    shutil.copy(folder / "a.txt", folder / "copy.txt")
    library.add([folder])
    (source,) = [s for s in library.sources() if s.title == "a.txt"]
    assert source.paths == (str(folder / "a.txt"), str(folder / "copy.txt"))
    (folder / "a.txt").unlink()
    (folder / "copy.txt").rename(folder / "renamed.txt")
    report = library.add([folder])
    assert (len(report.added), len(report.unchanged), len(report.removed)) == (0, 2, 2)
    (hit,) = [hit for hit in library.search("gearbox oil") if "gearbox" in hit.item.text]
    source = library.source(hit.item.source_id)
    assert (source.title, source.uri) == ("renamed.txt", str(folder / "renamed.txt"))
    assert library.page_image(source.id, 1)


def test_one_picture_with_two_captions_keeps_both(library: Library, folder: Path) -> None:
    for name, words in (("x", "Coupling spider, orange."), ("y", "Drive belt, type B.")):
        (folder / name).mkdir()
        Image.new("RGB", (80, 60), "orange").save(folder / name / "part.png")
        (folder / name / "part.txt").write_text(words)
    library.add([folder])
    held = {s.uri: library.page(s.id, 1) for s in library.sources() if s.uri.endswith("part.png")}
    assert {Path(uri).parent.name: items[0].text for uri, items in held.items()} == {
        "x": "Coupling spider, orange.",
        "y": "Drive belt, type B.",
    }
    for words in ("coupling spider", "drive belt"):
        assert words in library.search(words, kinds=("figure",))[0].item.text.lower()


def test_a_copy_of_what_a_changed_file_held_is_not_lost(library: Library, folder: Path) -> None:
    """In one run a.txt changes and a copy of what it held turns up under a later name."""
    library.add([folder])
    shutil.copy(folder / "a.txt", folder / "z.txt")
    (folder / "a.txt").write_text("The gearbox holds 5.1 litres of oil.\n")
    library.add([folder])
    texts = " ".join(found(library, "gearbox oil"))
    assert "5.1" in texts and "4.2" in texts


def test_a_search_meanwhile_sees_the_old_or_the_new_never_both_never_neither(library: Library, folder: Path) -> None:
    def written(number: int) -> None:
        (folder / "a.txt").write_text(f"The gearbox holds {number} litres of oil.\n")

    written(0)
    library.add([folder])
    seen: list[tuple[int, ...]] = []
    over = threading.Event()

    def search() -> None:
        while not over.is_set():
            texts = [text for text in found(library, "gearbox litres of oil") if "gearbox" in text]
            seen.append(tuple(int(text.split()[3]) for text in texts))

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(1, 13):
        written(number)
        library.add([folder])
    over.set()
    for thread in threads:
        thread.join()
    assert {len(numbers) for numbers in seen} == {1}
    assert len(set(seen)) > 3, "nothing was seen to change"


def test_what_may_not_be_read_now_stays_and_is_tried_again(library: Library, folder: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    library.add([folder])
    (folder / "a.txt").write_text("The gearbox holds 5.1 litres of oil.\n")
    (folder / "a.txt").chmod(0)
    ((path, told_of),) = library.add([folder]).failed
    assert "chmod" in told_of and "4.2" in " ".join(found(library, "gearbox oil"))
    (folder / "a.txt").chmod(0o600)
    assert told(library.add([folder])) == (1, 1, 0, 0)


def test_a_folder_that_may_not_be_looked_into_loses_nothing(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "c.txt").write_text("Filters are changed.\n")
    library.add([folder])
    scandir = os.scandir

    def refused(path):
        if str(path).endswith("deep"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    report = library.add([folder])
    assert told(report) == (0, 2, 1, 0) and "cannot be looked into" in report.failed[0][1]
    monkeypatch.undo()
    assert told(library.add([folder])) == (0, 3, 0, 0)


def test_an_empty_folder_that_was_full_is_taken_for_a_disk_that_is_not_there(library: Library, folder: Path) -> None:
    library.add([folder])
    for path in folder.iterdir():
        path.unlink()
    report = library.add([folder])
    assert "2 files of it are indexed" in report.failed[0][1] and len(library.sources()) == 2


def test_two_runs_at_once_are_one_too_many(library: Library, folder: Path) -> None:
    with disk.only_one(library.root), pytest.raises(LibraryBusy, match="changing the library"):
        library.add([folder])


def zipped(path: Path, **members: str | bytes) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)


def test_what_lies_in_an_archive_is_held_shown_and_left_alone_while_it_is_as_it_was(
    library: Library, folder: Path
) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (80, 60), "orange").save(picture, "PNG")
    zipped(folder / "m.zip", deep__c_txt="Filters are changed.\n", p_png=picture.getvalue(), p_txt="A drive belt.")
    report = library.add([folder])
    assert told(report) == (5, 0, 0, 0)
    assert told(library.add([folder])) == (0, 5, 0, 0)
    uris = {source.uri: source.id for source in library.sources()}
    assert str(folder / "m.zip!/deep/c.txt") in uris
    for name in ("deep/c.txt", "p.png"):
        assert library.page_image(uris[str(folder / f"m.zip!/{name}")], 1)
    figure = library.search("drive belt", kinds=("figure",))[0]
    assert figure.item.text == "A drive belt."
    assert not check.check(library.index).faults


def test_what_leaves_an_archive_leaves_the_library_and_so_does_the_archive(library: Library, folder: Path) -> None:
    zipped(folder / "m.zip", c_txt="Filters are changed.\n", d_txt="Valves are ground.\n")
    library.add([folder])
    zipped(folder / "m.zip", d_txt="Valves are ground.\n", e_xyz=b"\x00\x01")
    assert told(library.add([folder / "m.zip"])) == (0, 1, 1, 1)
    assert told(library.add([folder])) == (0, 3, 1, 0)
    (folder / "m.zip").unlink()
    assert len(library.add([folder]).removed) == 3
    assert {source.title for source in library.sources()} == {"a.txt", "b.md"} or len(library.sources()) == 2


def test_a_broken_archive_is_named(library: Library, folder: Path) -> None:
    (folder / "m.zip").write_bytes(b"PK\x03\x04 no more")
    assert "m.zip" in library.add([folder]).failed[0][1]
    assert told(library.add([folder])) == (0, 2, 1, 0)


def test_a_url_is_held_and_read_again_only_when_it_says_something_else(library: Library, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "notes.txt").write_text("The gearbox holds 4.2 litres of oil.\n")
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/notes.txt"
        ((path, refused),) = library.add([url]).failed
        assert "notes.txt" in refused
        library.index.web_private = True
        assert told(library.add([url])) == (1, 0, 0, 0)
        assert told(library.add([url])) == (0, 1, 0, 0)
        (site / "notes.txt").write_text("The gearbox holds 5.1 litres of oil.\n")
        assert told(library.add([url])) == (1, 0, 0, 0)
        texts = " ".join(found(library, "gearbox oil"))
        assert "5.1" in texts and "4.2" not in texts
        server.shutdown()
    assert len(library.add([url]).failed) == 1 and len(library.sources()) == 1, "the net is down: what is held stays"
    assert library.page_image(library.sources()[0].id, 1)
