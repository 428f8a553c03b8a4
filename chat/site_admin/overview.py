from django.http import HttpRequest, HttpResponse

from chat.site_admin.access import for_administrators, show


@for_administrators
def overview(request: HttpRequest) -> HttpResponse:
    return show(request, "overview", {})
