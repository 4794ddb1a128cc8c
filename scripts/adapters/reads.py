"""Which members of an agent's input the Python sources of an adapter read.

Reads a JSON array of {"path", "file", "names"} from its input: a source, the name that it is reported under, and
the names that places have in it: {"forwarded_props": "forwardedProps", ...}. Writes a JSON array of {"member", "at"}: `forwardedProps.command.resume`, and
`file:function`. A member `*` is whatever a place holds: it is spread, listed or handed to somebody.

An expression is a place if it ends in a name of that place (`input.forwarded_props`, `body["forwardedProps"]`), or is a
variable or a parameter that was set from one. Functions are followed by their name, within the sources given.
"""

import ast
import json
import sys

# What whoever gets all of a place may do with it decides whether an unknown member does anything. All of a state, of a
# context or of the headers goes on everywhere.
HANDED_ON = {"forwardedProps", "configurable"}
# Whose `state` is the web server's own.
SERVERS = {"request", "req", "app"}
# Functions that give what they are given, or part of it.
SAME = {"dict", "cast", "deepcopy", "copy", "list", "tuple", "Mapping", "MappingProxyType"}
# Functions that look at a value and keep nothing.
LOOKS = {"isinstance", "bool", "len", "type", "hasattr", "callable", "is_dataclass", "repr", "str", "issubclass", "id"}
LOOKS |= {"debug", "info", "warning", "error", "exception"}
READS = {"get", "pop", "setdefault", "getlist", "__contains__"}
LISTS = {"items", "keys", "values"}
METHODS = READS | LISTS | {"copy", "dict", "model_dump", "to_dict", "update"}
DEEPEST = 4


class Source(ast.NodeVisitor):
    """One file: what it reads, and which variables of its functions are places."""

    def __init__(self, file, tree, names, functions):
        self.file, self.tree, self.names, self.functions = file, tree, names, functions
        self.reads = set()
        self.scope = ["<module>"]
        self.known = {}
        self.list(tree, self.scope)

    def list(self, tree, scope):
        """Lists the functions below `tree`, each with the names of what it is in."""
        for node in ast.iter_child_nodes(tree):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self.list(node, scope)
                continue
            inner = [*scope, node.name]
            if not isinstance(node, ast.ClassDef):
                self.functions.setdefault(node.name, []).append((self, node, inner))
            self.list(node, inner)

    def look(self):
        self.visit(self.tree)
        return len(self.known)

    # Variables: a function sees its own and those of the functions around it.

    def variable(self, name):
        for depth in range(len(self.scope), 0, -1):
            found = self.known.get((tuple(self.scope[:depth]), name))
            if found:
                return found
        return self.names.get(name)

    def set(self, name, path, scope=None):
        key = (tuple(scope or self.scope), name)
        if path and self.known.get(key) is None and path.count(".") < DEEPEST:
            self.known[key] = path

    def assign(self, target, path):
        if isinstance(target, ast.Name):
            self.set(target.id, path)
        elif isinstance(target, ast.Attribute) and path:
            self.note_all(path)
        elif isinstance(target, ast.Subscript) and path:
            self.note_all(path)

    # Expressions: the place that one is, `None` if it is none.

    def place(self, node):
        if isinstance(node, ast.Name):
            return self.variable(node.id)
        if isinstance(node, ast.Attribute):
            inner = self.place(node.value)
            if inner:
                return self.below(inner, node.attr) if inner.endswith("[]") else None
            return None if name_of(node.value) in SERVERS and node.attr == "state" else self.names.get(node.attr)
        if isinstance(node, ast.Subscript):
            return self.member(node.value, node.slice)
        if isinstance(node, ast.Call):
            return self.result(node)
        if isinstance(node, ast.BoolOp):
            return next((found for found in map(self.place, node.values) if found), None)
        if isinstance(node, ast.IfExp):
            return self.place(node.body) or self.place(node.orelse)
        if isinstance(node, ast.Dict):
            spread = [value for key, value in zip(node.keys, node.values) if key is None]
            return next((found for found in map(self.place, spread) if found), None)
        if isinstance(node, (ast.Await, ast.NamedExpr, ast.Starred)):
            return self.place(node.value)
        return None

    def member(self, node, key):
        name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None
        inner = self.place(node)
        if inner and name:
            return self.below(inner, name)
        return self.names.get(name) if not inner else None

    def result(self, call):
        name = name_of(call.func)
        if isinstance(call.func, ast.Attribute) and name in READS and call.args:
            return self.member(call.func.value, call.args[0])
        if name == "getattr" and len(call.args) > 1 and getattr(call.args[1], "value", None) not in METHODS:
            return self.member(call.args[0], call.args[1])
        if name in SAME and call.args:
            return self.place(call.args[-1])
        if isinstance(call.func, ast.Attribute) and name in ("copy", "model_dump"):
            return self.place(call.func.value)
        return None

    def below(self, path, name):
        if path.startswith("headers"):
            name = name.lower()
        return f"{path}.{name}"

    # Reads.

    def note(self, path):
        if path and "." in path:
            self.reads.add((path, f"{self.file}:{'.'.join(self.scope[1:]) or self.scope[0]}"))

    def note_all(self, path):
        if path in HANDED_ON:
            self.note(f"{path}.*")

    def visit_Subscript(self, node):
        if isinstance(node.ctx, ast.Load):
            self.note(self.place(node))
            inner = self.place(node.value)
            if inner and not isinstance(node.slice, (ast.Constant, ast.Slice)):
                self.note_all(inner)
        self.generic_visit(node)

    def visit_Attribute(self, node):
        if node.attr not in METHODS:
            self.note(self.place(node))
        self.generic_visit(node)

    def visit_Call(self, node):
        self.note(self.result(node))
        name = name_of(node.func)
        if isinstance(node.func, ast.Attribute):
            owner = self.place(node.func.value)
            if owner and name in LISTS:
                self.note_all(owner)
            if owner and name in READS and node.args and not isinstance(node.args[0], ast.Constant):
                self.note_all(owner)
        if name not in SAME | LOOKS | READS | {"getattr"}:
            self.hand(node, name)
        self.generic_visit(node)

    def hand(self, call, name):
        """A place that is an argument is one in the function that is called, if that is known."""
        own = self.functions.get(name, [])
        arguments = [(index, None, value) for index, value in enumerate(call.args)]
        arguments += [(None, keyword.arg, keyword.value) for keyword in call.keywords]
        for index, keyword, value in arguments:
            path = self.place(value)
            if not path:
                continue
            if not own:
                self.note_all(path)
            for source, function, scope in own:
                parameters = [each.arg for each in function.args.posonlyargs + function.args.args]
                if parameters[:1] in (["self"], ["cls"]):
                    parameters = parameters[1:]
                named = keyword or (parameters[index] if index is not None and index < len(parameters) else None)
                if named:
                    source.set(named, path, scope)

    def visit_Compare(self, node):
        for operator, right in zip(node.ops, node.comparators):
            place = self.place(right)
            # What is below the others of these is text.
            if place and isinstance(operator, (ast.In, ast.NotIn)) and "[]" not in place and "headers." not in place:
                if isinstance(node.left, ast.Constant) and isinstance(node.left.value, str):
                    self.note(self.below(place, node.left.value))
                elif not isinstance(node.left, ast.Constant):
                    self.note_all(place)
        self.generic_visit(node)

    def visit_Dict(self, node):
        for key, value in zip(node.keys, node.values):
            path = self.place(value)
            if path:
                self.note_all(path)
        self.generic_visit(node)

    def visit_Assign(self, node):
        for target in node.targets:
            self.assign(target, self.place(node.value))
        self.generic_visit(node)

    def visit_AnnAssign(self, node):
        if node.value:
            self.assign(node.target, self.place(node.value))
        self.generic_visit(node)

    def visit_NamedExpr(self, node):
        self.assign(node.target, self.place(node.value))
        self.generic_visit(node)

    def visit_For(self, node):
        self.iterate(node.target, node.iter)
        self.generic_visit(node)

    visit_AsyncFor = visit_For

    def visit_comprehension(self, node):
        self.iterate(node.target, node.iter)
        self.generic_visit(node)

    def visit_ListComp(self, node):
        for each in node.generators:
            self.iterate(each.target, each.iter)
        self.generic_visit(node)

    visit_SetComp = visit_GeneratorExp = visit_DictComp = visit_ListComp

    def iterate(self, target, items):
        path = self.place(items)
        if path and not path.startswith("context"):
            self.note_all(path)
        elif path:
            self.assign(target, f"{path}[]")

    def visit_FunctionDef(self, node):
        self.scope.append(node.name)
        self.generic_visit(node)
        self.scope.pop()

    visit_AsyncFunctionDef = visit_ClassDef = visit_FunctionDef


def name_of(node):
    return getattr(node, "attr", None) or getattr(node, "id", None)


def main():
    functions = {}
    sources = []
    for each in json.load(sys.stdin):
        with open(each["path"], encoding="utf-8") as source:
            sources.append(Source(each["file"], ast.parse(source.read()), each["names"], functions))
    # Until no variable turns out to be a place that was not known as one.
    known = -1
    while (found := sum([source.look() for source in sources])) != known:
        known = found
    reads = sorted({read for source in sources for read in source.reads})
    json.dump([{"member": member, "at": at} for member, at in reads], sys.stdout)


main()
