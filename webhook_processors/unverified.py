"""How many bytes of strangers are held at once, and who has to go for others; without I/O.

Until its last byte has come, a delivery of Jira's looks like anybody's. So what counts is what has
arrived: a length is announced for nothing, and a reservation by it would hand the whole limit to
whoever sends a few headers.

Who comes is never turned away for those that are there already; the one that has been there the
longest goes instead. How long ago that was can't be faked, unlike a speed, and a delivery is given
up only after as many bytes as its whole part of the limit came later than it. A slow sender
therefore keeps its place only while nobody needs it.

Small deliveries have a part of their own: however much is sent in large ones, they don't notice.
"""

SMALL_BYTES = 256 * 1024
"""What nearly every delivery of Jira's stays below."""
SMALL_SHARE = 8
"""One of so many parts of the limit is for small deliveries alone."""


class Unverified[Delivery]:
    """The deliveries that are being read, with the bytes of each."""

    def __init__(self, limit: int) -> None:
        self._small = _Part[Delivery](limit // SMALL_SHARE)
        self._large = _Part[Delivery](limit - limit // SMALL_SHARE)

    @property
    def held(self) -> int:
        """The bytes of all together."""
        return self._small.held + self._large.held

    def hold(self, delivery: Delivery, size: int) -> list[Delivery]:
        """`size` bytes of the delivery are there by now. Returns who has to go for them.

        They count no more; the delivery itself may be one of them.
        """
        if size <= SMALL_BYTES:
            return self._small.hold(delivery, size)
        self._small.release(delivery)
        return self._large.hold(delivery, size)

    def release(self, delivery: Delivery) -> None:
        """The delivery is verified, refused or gone."""
        self._small.release(delivery)
        self._large.release(delivery)


class _Part[Delivery]:
    def __init__(self, limit: int) -> None:
        self._limit = limit
        # Who came first is first.
        self._sizes: dict[Delivery, int] = {}
        self.held = 0

    def hold(self, delivery: Delivery, size: int) -> list[Delivery]:
        self.held += size - self._sizes.get(delivery, 0)
        self._sizes[delivery] = size
        gone = []
        while self.held > self._limit:
            oldest = next(iter(self._sizes))
            self.release(oldest)
            gone.append(oldest)
        return gone

    def release(self, delivery: Delivery) -> None:
        self.held -= self._sizes.pop(delivery, 0)
