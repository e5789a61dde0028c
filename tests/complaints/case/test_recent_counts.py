"""Counts that fade, of names that no one can read."""

from registry.complaints.case.complaint_codes import RecentCounts


def test_a_name_is_counted_and_forgotten_at_an_even_pace() -> None:
    counts = RecentCounts(fades_in=15.0, limit=4)
    assert [counts.add("a", 0.0) for _ in range(6)] == [0, 1, 2, 3, 4, 4]
    assert counts.of("b", 0.0) == 0
    assert [counts.of("a", instant) for instant in (0.0, 15.0, 30.0, 60.0, 600.0)] == [4, 3, 2, 0, 0]
    assert counts.add("a", 30.0) == 2
    assert counts.of("a", 30.0) == 3


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    counts = RecentCounts(fades_in=15.0, limit=4)
    counts.add("a", 100.0)
    assert counts.of("a", 0.0) == 1


def test_of_too_many_names_the_oldest_is_forgotten() -> None:
    counts = RecentCounts(fades_in=15.0, limit=4, max_names=3)
    for name in ("a", "b", "c", "a", "d"):
        counts.add(name, 0.0)
    assert len(counts) == 3
    assert [counts.of(name, 0.0) for name in "abcd"] == [2, 0, 1, 1]


def test_no_name_is_in_memory() -> None:
    counts = RecentCounts(fades_in=15.0, limit=4)
    counts.add("203.0.113.7", 0.0)
    assert "203.0.113.7" not in repr(vars(counts))
