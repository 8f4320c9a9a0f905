"""Choosing experts for applications: exact, random where it must be, and open to anybody's check.

A pure engine: no Django, no database, no clock, no hidden randomness. Give it codes, never names or keys of
the database. OR-Tools is loaded when something is solved. Everything may be called from a job:
`watch=Watch(run.progress, seconds=600)` reports progress (labels are msgids), ends with whatever `run.progress`
raises (a cancelled job) and raises TimeLimit. Large problems are solved in a child process.

Errors have `messages`: InputError, TimeLimit, Shortage (with .report); show `message.translated(gettext)`.

Individual mode, in the order of the protocol:
    inputs = Inputs.build(applications={number: k}, experts={code: Expert(organisation, minimum, maximum)},
        pairs=[(number, code, score 1-100)], conflicts=[(number, code, "C1")], settings=Settings(),
        fixed=[(number, code)])                       # inputs.py; InputError; fixed: pairs that stay as they are
    pairs = candidate_lists(rows, seed, per_application=50)  # candidates.py; large years only, before build()
    forecast(inputs, watch)                           # planning.py; largest P and match for ratio 3, 2, 1
    plan = make_plan(inputs, watch)                   # planning.py; ratio 3 → 2 → 1, highest floor; Shortage
        plan.inputs (settings filled in), plan.is_draw (False: ratio 1 is an assignment), plan.mode
    inputs_bytes = plan.inputs.to_bytes()             # freeze; sha256(inputs_bytes) goes into the manifest
    shortlist = make_shortlist(plan.inputs, watch)    # drawing.py; [(number, code)]
    secret = new_secret(); commitment(secret)         # tickets.py; one each of bureau and inspector (hex)
    manifest_bytes = make_manifest(inputs_bytes, shortlist, campaign=2020, counter=1, reason="",
        commitments=Commitments(bureau, inspector), beacon="what will be read, and when")
    draw_bytes = make_draw(inputs_bytes, manifest_bytes, Secrets(bureau, inspector), beacon_value, watch)
    verify(inputs_bytes, manifest_bytes, draw_bytes)  # verify_draw.py; [Check(name, passed, detail, chinese)]
The three byte strings are the certificate's files inputs.json, manifest.json and draw.json.

After the draw (substitution.py), touching only applications that lack seats, by the same tickets:
    change = substitute(inputs_bytes, manifest_bytes, draw_bytes, Change(void=[(number, code, reason)],
        barred=[(number, code)], unavailable=[code], extra={number: seats}, earlier=[bytes, …]), watch)
    read_change(change).added, .pairs (all that hold now); a further file for verify(…, changes=[change])

Panel mode (panels.py): groups applications by field, draws a panel for each group.
    groups = group_applications({number: field}, size=18)       # {panel code: [number, …]}
    inputs = PanelInputs.build(groups, experts={code: organisation}, pairs=[(panel, code, score)],
        conflicts=…, settings=PanelSettings(size=7, quorum=5, alternates=2))
    make_panel_manifest(inputs_bytes, …); make_panel_draw(inputs_bytes, manifest_bytes, secrets, value, watch)
    verify(…) reads these files, too; read_panels(draw_bytes); best_panels(inputs) maximises the match instead
    substitute_members(inputs_bytes, manifest_bytes, draw_bytes, PanelChange(…), watch)   # panel_changes.py
Why it is made so: docs/adr/0006-experts-by-flow-and-ticket.md; figures: docs/performance.md.
"""
