"""A table of `result.gather` as Markdown that also reads well as plain text."""

from experiments.runs.duration import duration
from experiments.tables import paper
from experiments.tables.differences import differences

_TITLES = {3: "Table 3: what the parts of the network give",
           4: "Table 4: our network beside four others"}


def section(table):
    """All there is to tell of a table, under a heading of level 2."""
    parts = [f"## {_TITLES[table['table']]}", scores(table), _caption(table),
             *_people(table), _orders(table), "### How each number was made",
             how_made(table), "### What differs from the paper",
             "\n".join(f"- {line}" for line in differences(table))]
    return "\n\n".join(part for part in parts if part) + "\n"


def scores(table):
    """The scores, with the paper's beside, data set by data set."""
    groups = groups_of(table)
    head = ["", *(cell for group in groups
                  for cell in _headings(group))]
    lines = []
    for row in table["rows"]:
        cells = [row["title"]]
        for group in groups:
            mean = (row["scores"] or {}).get(group)
            failed = "failed" if row["failure"] else "-"
            cells += [_number(mean["psnr"], 2), _number(
                mean["ssim_matlab"], 4)] if mean else [failed, failed]
            if group in paper.GROUPS:
                theirs = (row["paper"] or {}).get(group)
                cells.append(f"{theirs['psnr']:.2f} / {theirs['ssim']:.3f}"
                             if theirs else "-")
        lines.append(cells)
    return grid([head, *lines])


def groups_of(table):
    """The groups with scores, the paper's first and in its order."""
    there = table["groups"]
    return [*(group for group in paper.GROUPS if group in there),
            *sorted(set(there) - set(paper.GROUPS))]


def how_made(table):
    """Steps, hours and hardware of each run, and its command."""
    runs = {run["what"]: run for row in table["rows"]
            for run in row["training"]}
    if not runs:
        return "Nothing was trained: these are the blurry pictures' scores."
    lines = [["run", "preset", "steps", "time", "hardware", "versions"]]
    presets = {row["key"]: row["preset"] for row in table["rows"]}
    for what, run in runs.items():
        code = f"{run['revision'][:10]}{' and changes' * run['changed']}" if (
            run["revision"]) else "not in git"
        versions = ", ".join(f"{name} {number}" for name, number in
                             run["versions"].items())
        lines.append([
            what, presets.get(what) or table["size"], f"{run['steps']:,}",
            duration(3600 * run["hours"]), ", ".join(run["devices"]) or "-",
            f"{versions}; code {code}"])
    commands = [run["command"] for run in runs.values()]
    evaluations = [command for row in table["rows"]
                   for command in row["evaluation"]]
    return "\n".join([
        grid(lines, numbers=False), "", "<details><summary>Commands</summary>",
        "", *(f"    {command}" for command in [*commands, *evaluations]), "",
        "</details>"])


def grid(lines, numbers=True):
    """Rows of cells as a Markdown table, padded; the first is the heading.

    Args:
      lines: a list of cells each.
      numbers: whether all columns but the first hold numbers.
    """
    widths = [max(map(len, column)) for column in zip(*lines)]
    right = [numbers and i > 0 for i in range(len(widths))]

    def line(cells):
        return "| " + " | ".join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(cells, widths, right)) + " |"

    rule = "|".join(["", *("-" * (width + 1) + (":" if to_right else "-")
                           for width, to_right in zip(widths, right)), ""])
    return "\n".join([line(lines[0]), rule, *map(line, lines[1:])])


def _headings(group):
    title = paper.GROUPS.get(group, group)
    return [f"{title} PSNR", "SSIM", *["paper"] * (group in paper.GROUPS)]


def _caption(table):
    counts = ", ".join(
        f"{paper.GROUPS.get(group, group)} {table['groups'][group]:,}"
        for group in groups_of(table))
    lines = [f"PSNR in dB and SSIM as MATLAB computes it, means over whole "
             f"pictures of 8 bits; pictures: {counts or 'none'}."]
    for row in table["rows"]:
        if row["failure"]:
            lines.append(f"{row['title']}: failed, {row['failure']}.")
    if table["skipped"]:
        lines.append(f"Left out: {'; '.join(table['skipped'])}.")
    return "\n".join(lines)


def _people(table):
    """PSNR inside and outside people, where boxes told where they are."""
    groups = [group for group in groups_of(table) if any(
        (row["scores"] or {}).get(group, {}).get("psnr_foreground")
        for row in table["rows"])]
    if not groups:
        return []
    head = ["", *(f"{paper.GROUPS.get(group, group)} {part}"
                  for group in groups for part in ("people", "rest"))]
    lines = [[row["title"], *(
        _number(row["scores"][group][metric], 2) for group in groups
        for metric in ("psnr_foreground", "psnr_background"))]
        for row in table["rows"] if row["scores"]]
    return [grid([head, *lines]),
            "PSNR inside and outside the boxes of people, in dB."]


def _orders(table):
    """Which row is best, here and in the paper, data set by data set."""
    lines = []
    for group in groups_of(table):
        here = [(row["scores"][group]["psnr"], row["title"])
                for row in table["rows"]
                if row["scores"] and group in row["scores"] and row["preset"]
                and row["scores"][group]["psnr"] is not None]
        titles = {title for _, title in here}
        theirs = [(row["paper"][group]["psnr"], row["title"])
                  for row in table["rows"] if row["title"] in titles
                  and row["paper"] and group in row["paper"]]
        if len(here) > 1:
            lines.append(
                f"- {paper.GROUPS.get(group, group)}: {_order(here)}"
                + (f"; the paper: {_order(theirs)}" if theirs else ""))
    return "\n".join(["By PSNR, the best first:", "", *lines]) if lines else ""


def _order(scored):
    """Titles by their scores, the best first; a tie as "A = B"."""
    titles = {}
    for score, title in scored:
        titles.setdefault(score, []).append(title)
    return ", ".join(" = ".join(titles[score])
                     for score in sorted(titles, reverse=True))


def _number(value, decimals):
    return "-" if value is None else f"{value:.{decimals}f}"
