"""Lists that organisations send: written to the disk and looked at before a transaction begins, which others wait for."""

from contextlib import nullcontext

from registry.bulk import files
from registry.bulk.actions import ReceivedList, guess_kind
from registry.bulk.files import SharedFiles, is_shared, remove_files
from registry.bulk.reading import is_workbook
from registry.core.ids import new_reference
from registry.core.settings import Settings
from registry.http.uploads import workbook_turn


def receive_list(settings: Settings, stream: files.Stream) -> ReceivedList:
    """Take a list. Raises TooLarge, UnreadableList, TooBusy, FilesUnavailable; of what was refused nothing is left."""
    reference = new_reference()
    folder = files.folder_of(settings.home, reference)
    taken = files.take(folder, stream)
    try:
        with workbook_turn() if is_workbook(folder / files.LIST) else nullcontext():
            guess = guess_kind(folder / files.LIST)
        if is_shared(settings):
            SharedFiles(settings).give(reference)
    except BaseException:
        remove_files(settings, reference)
        raise
    return ReceivedList(reference, taken, guess)
