"""The spec as the user writes it: one class a section, one field a key.

The schema check, `tfgen show` and the reference in docs/spec.md follow from these classes. A type's
`Meta(description=...)` completes the sentence "expected ..."; a field's meaning is its docstring
line below it. `shorthand` names the field that a bare value sets: `port: 3000` is
`port: {number: 3000}`. `spec.defaults` replaces a default of None by a value derived from the rest of
the spec.
"""

from tfgen.spec.model.connections import *
from tfgen.spec.model.containers import *
from tfgen.spec.model.front_door import *
from tfgen.spec.model.network import *
from tfgen.spec.model.running import *
from tfgen.spec.model.sections import *
from tfgen.spec.model.stack import *
from tfgen.spec.model.tasks import *
from tfgen.spec.model.values import *
