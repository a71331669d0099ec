"""A piece of code for who asks for one: a function of one's own, as README shows it."""

EXAMPLE = """\
```python
from functions import Context, function


@function(read_only=True)
async def days_off(context: Context, year: int) -> list[str]:
    '''Company holidays of a year, as ISO dates.'''
    return [f"{year}-01-01", f"{year}-12-25"]
```"""
