"""Lists that organisations send: written to the disk and looked at before a transaction begins, which others wait for."""

from contextlib import nullcontext

from registry.bulk import actions, files
from registry.bulk.reading import is_workbook
from registry.core.ids import new_reference
from registry.core.settings import Settings
from registry.http.uploads import workbook_turn


def receive_list(settings: Settings, stream: files.Stream) -> actions.ReceivedList:
    """Take a list. Raises TooLarge, UnreadableList, TooBusy, FilesUnavailable; of what was refused nothing is left."""
    reference = new_reference()
    folder = files.folder_of(settings.home, reference)
    taken = files.take(folder, stream)
    try:
        with workbook_turn() if is_workbook(folder / files.LIST) else nullcontext():
            guess = actions.guess_kind(folder / files.LIST)
        if files.is_shared(settings):
            files.SharedFiles(settings).give(reference)
    except BaseException:
        files.remove_files(settings, reference)
        raise
    return actions.ReceivedList(reference, taken, guess)
