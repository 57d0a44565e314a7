"""The documents of an inbox in little memory are the same mapping as a dictionary of them."""

from hypothesis import given
from hypothesis import strategies as st

from feedsvc.inbox.listing import Documents, Listing
from feedsvc.model import Stamp

own_names = st.text(st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1, max_size=8)
stamps = st.tuples(st.integers(0, 1 << 50), st.integers(-(1 << 62), 1 << 62), st.integers(0, (1 << 63) - 1))
folders = st.dictionaries(
    st.sampled_from(["", "a/", "a/b/", "a-b/", "ä/"]), st.dictionaries(own_names, stamps, min_size=1), max_size=4
)


def listing(documents: dict[str, tuple[int, int, int]]) -> Listing:
    names = sorted(documents)
    return Listing(names, [number for name in names for number in documents[name]])


@given(folders)
def test_documents_are_found_by_name(inbox: dict[str, dict[str, tuple[int, int, int]]]) -> None:
    documents = Documents({folder: listing(each) for folder, each in inbox.items()})
    wanted = {folder + own: Stamp(*inbox[folder][own]) for folder in sorted(inbox) for own in sorted(inbox[folder])}
    assert list(documents.items()) == list(wanted.items())
    assert len(documents) == len(wanted)
    assert {name: stamp for folder in inbox for name, stamp in documents.in_folder(folder)} == wanted
    assert "a/b/c/nobody" not in documents
    assert not dict(documents.in_folder("elsewhere/"))


@given(st.dictionaries(own_names, stamps), st.dictionaries(own_names, stamps))
def test_the_same_is_told_of_the_same_documents_only(
    one: dict[str, tuple[int, int, int]], other: dict[str, tuple[int, int, int]]
) -> None:
    assert (listing(one).told == listing(other).told) == (one == other)


def test_inodes_without_a_sign_are_told_apart() -> None:
    """Some file systems have inodes of all 64 bits; the ledger has signed numbers."""
    first, second = (listing({"a": (1, 2, inode)}) for inode in ((1 << 64) - 1, (1 << 63) + 5))
    assert first.told != second.told
    assert Documents({"": first})["a"] == Stamp(1, 2, -1)
