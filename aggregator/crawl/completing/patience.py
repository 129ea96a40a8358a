"""Work that takes minutes, and that a program's end need not wait for."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

_T = TypeVar("_T")


async def in_passing_thread(work: Callable[[], _T]) -> _T:
    """Do something in a thread that ends with the program: those of asyncio are waited for."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_T] = loop.create_future()

    def tell(result: list[_T], error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is None:
            done.set_result(*result)
        else:
            done.set_exception(error)

    def run() -> None:
        result, error = [], None
        try:
            result.append(work())
        except BaseException as raised:  # noqa: BLE001 - it is raised where the result is waited for
            error = raised
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(tell, result, error)

    threading.Thread(target=run, daemon=True).start()
    return await done
