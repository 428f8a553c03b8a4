from accounts.models import User
from accounts.usernames import derive_username
from chat.demo.content import Content

# Tells the demo's people from others of the same name. Nobody can own an address there.
EMAIL_DOMAIN = "demo.invalid"


def demo_people() -> list[User]:
    return list(User.objects.filter(email__endswith=f"@{EMAIL_DOMAIN}").order_by("pk"))


def make_people(content: Content) -> dict[str, User]:
    return {key: make_person(key, content) for key in content.people}


def make_person(key: str, content: Content) -> User:
    person = content.people[key]
    make = User.objects.create_superuser if person.administrator else User.objects.create_user
    username = derive_username(key, lambda username: User.objects.filter(username__iexact=username).exists())
    return make(username, f"{key}@{EMAIL_DOMAIN}", content.password, display_name=person.name)
