"""The bureau sets up a campaign year 年度设置: copy the last one, change it section by section, publish the call.

`changes` what a section asks to be otherwise · `guards` what must not change any more · `operations` the
only writers · `copying` a new year from an old one · `dates` moved to the same weekday · `gaps` what the
call still lacks · `forms`, `views` the pages. Extensions and the calendar of working days have pages too.
"""
