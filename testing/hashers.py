from accounts.hashers import Argon2


class QuickArgon2(Argon2):
    """The site's own hasher at minimal cost: tests' passwords need no protection. The site can verify them."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
