"""The report as one page: page.html.j2 and page.css are its form, pictures are drawn from the same report."""
