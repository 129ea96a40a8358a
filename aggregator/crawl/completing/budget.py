"""How many requests may still be made."""


class Budget:
    """A number of requests that several works share; each takes what it needs."""

    def __init__(self, requests: int) -> None:
        self.left = requests

    def __bool__(self) -> bool:
        """Tell whether anything is left."""
        return self.left > 0

    def spend(self) -> None:
        """Count one request, before it is made."""
        self.left -= 1

    def take_back(self) -> None:
        """Count one request less, for it was not made."""
        self.left += 1

    def part(self, most: int) -> "Budget":
        """Take out a share: what is not spent of it goes back by `give_back`."""
        share = Budget(min(most, self.left))
        self.left -= share.left
        return share

    def give_back(self, share: "Budget") -> None:
        """Take back what is left of a share."""
        self.left += max(share.left, 0)
