"""The process that serves the learner's app; nothing outside it imports what a learner wrote.

`nursery` imports the frameworks once and forks a `child` for each host; a child runs `control`
(what the checks ask for) beside the event loop that serves the app (`serving`), watched by
`probes` and `guards`; `frames` finds the learner's lines.
"""
