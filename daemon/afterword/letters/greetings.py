"""How a letter begins: by name only when the name is a person's and certain."""

from afterword.etiquette.names import first_name, fit_person


def greeting_for(language: str, name: str) -> str:
    """The greeting line in `language`; `name` is "" or what is certain, and is left out unless it looks like a name.

    English and Spanish use the first name of a plain western name; German and French the full name, which guesses no
    gender and is not familiar either.
    """
    full = fit_person(name)
    given = first_name(full) if full else ""
    match language:
        case "de":
            return f"Guten Tag {full}," if full else "Guten Tag,"
        case "fr":
            return f"Bonjour {full}," if full else "Bonjour,"
        case "es":
            return f"Hola, {given or full}:" if full else "Hola,"
        case _:
            return f"Hi {given}," if given else f"Hello {full}," if full else "Hello,"
