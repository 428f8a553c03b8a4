from datetime import datetime, timedelta

from allauth.account.models import EmailAddress

from accounts.models import User
from accounts.usernames.rules import derive_username
from chat.demo.content import Content, Status
from chat.services.people.status import note_last_seen, set_status

# Tells the demo's users from others of the same name. No one can own an address in this domain.
EMAIL_DOMAIN = "demo.invalid"


def demo_people() -> list[User]:
    return list(User.objects.filter(email__endswith=f"@{EMAIL_DOMAIN}").order_by("pk"))


def make_people(content: Content, now: datetime) -> dict[str, User]:
    people = {key: make_person(key, content) for key in content.people}
    for key, user in people.items():
        if status := content.people[key].status:
            say_how_they_are(user, status, now)
    seen = {people[key].pk: person.last_seen for key, person in content.people.items()}
    note_last_seen({pk: now - timedelta(minutes=ago) for pk, ago in seen.items() if ago is not None})
    return people


def make_person(key: str, content: Content) -> User:
    person = content.people[key]
    make = User.objects.create_superuser if person.administrator else User.objects.create_user
    username = derive_username(key, lambda name: User.objects.alike(name).exists())
    user = make(
        username, f"{key}@{EMAIL_DOMAIN}", content.password, display_name=person.name, time_zone=person.time_zone
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)  # else sign-in sends a code
    return user


def say_how_they_are(user: User, status: Status, now: datetime) -> None:
    until = None if status.hours is None else now + timedelta(hours=status.hours)
    set_status(user, mode=status.mode, text=status.text, emoji=status.emoji, until=until)
