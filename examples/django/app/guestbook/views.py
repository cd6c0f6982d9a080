from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render

from .models import Entry

GREETING = "Welcome, please leave a line."


class EntryForm(forms.ModelForm):
    class Meta:
        model = Entry
        fields = ["name", "text"]


def guestbook(request):
    form = EntryForm(request.POST or None)
    if form.is_valid():
        form.save()
        return redirect("/")
    return render(request, "guestbook.html", {"greeting": GREETING, "form": form, "entries": Entry.objects.all()[:50]})


def health(request):
    return HttpResponse("ok\n", content_type="text/plain")
