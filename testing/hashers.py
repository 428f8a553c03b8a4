from accounts.hashers import Argon2


class QuickArgon2(Argon2):
    """The site's own way, with no effort: nobody attacks a test's passwords. The site can read them."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
