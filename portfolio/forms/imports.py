"""Forms of the import wizard."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat

from portfolio.forms.base import ServiceForm

PASTED_NAME = "pasted text"
FILE_TYPES = ".csv,.txt,.tsv,.ofx,.qfx,.qif,.json"


class UploadForm(ServiceForm):
    """A file, or text pasted from one. Cleans to `content` (bytes) and `file_name`."""

    file = forms.FileField(label="File", required=False, allow_empty_file=True, widget=forms.FileInput(attrs={"accept": FILE_TYPES}), max_length=200)
    text = forms.CharField(
        label="Or paste the lines here",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off", "placeholder": "date,type,symbol,quantity,price,…"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        file, text = data.get("file"), data.get("text") or ""
        if file is not None:
            self._check_size(file.size)
            data |= {"content": file.read() if not self.errors else b"", "file_name": file.name}
        elif text.strip():
            data |= {"content": text.encode("utf-8", "surrogatepass"), "file_name": ""}
        elif not self.errors:
            raise ValidationError("Choose a file, or paste its lines.", code="required")
        if not self.errors and not data["content"].strip():
            self.add_error("file", ValidationError("The file is empty.", code="empty"))
        return data

    def _check_size(self, size: int) -> None:
        limit = settings.IMPORT_MAX_BYTES
        if size > limit:
            text = f"The file has {filesizeformat(size)}; at most {filesizeformat(limit)} can be imported at once. Divide it by years."
            self.add_error("file", ValidationError(text, code="too_large"))


class PreviewOptionsForm(forms.Form):
    """How the uploaded lines are to be taken."""

    create_instruments = forms.BooleanField(label="Create instruments that are not known yet", required=False)
    partial = forms.BooleanField(label="Skip lines with problems", required=False)
