//! The Python text of a GraphModule's `forward`, as far as `torch.fx` writes it for onnx2torch.
//!
//! ```text
//! def forward(self, input_1):
//!     a = self.initializers.onnx_initializer_0
//!     b = getattr(self, "stem/mul")(input_1, a);  input_1 = a = None
//!     return b
//! ```
//!
//! One input; statements end at `;` or at the end of the line. Anything else is refused with its line.

use crate::architectures::LayerError;

/// Statements a text may have.
const MAX_STATEMENTS: usize = 100_000;
/// Bytes of a refused line that are shown.
const SHOWN: usize = 80;

/// A parsed `forward`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Program<'t> {
    /// Name of the input.
    pub(super) input: &'t str,
    pub(super) statements: Vec<Statement<'t>>,
}

/// One statement and the line it stands on, counted from 1.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Statement<'t> {
    pub(super) line: usize,
    pub(super) action: Action<'t>,
}

/// What a statement does. A path is the names from `self` down.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Action<'t> {
    /// `to = self.path`
    Get { to: &'t str, path: Vec<&'t str> },
    /// `to = self.path(args)`
    Call { to: &'t str, path: Vec<&'t str>, args: Vec<Argument<'t>> },
    /// `a = b = None`
    Forget(Vec<&'t str>),
    /// `return value`
    Return(&'t str),
}

/// `value` or `keyword = value`; a value is the name of a variable.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Argument<'t> {
    pub(super) keyword: Option<&'t str>,
    pub(super) value: &'t str,
}

/// Parses the text of one `forward`.
pub(super) fn parse(text: &str) -> Result<Program<'_>, LayerError> {
    let mut program: Option<Program<'_>> = None;
    let mut returned = false;
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        let refuse = |expected: &'static str| refusal(line_number, expected, line);
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let Some(program) = &mut program else {
            let input = header(line).ok_or_else(|| refuse("def forward(self, <one input>):"))?;
            program = Some(Program { input, statements: Vec::new() });
            continue;
        };
        let mut rest = Cursor(line);
        loop {
            rest.spaces();
            if returned {
                return Err(refuse("nothing after the return"));
            }
            let action = rest
                .statement()
                .ok_or_else(|| refuse("v = self.path, v = self.path(a, b), a = b = None or return v"))?;
            returned = matches!(action, Action::Return(_));
            if program.statements.len() >= MAX_STATEMENTS {
                return Err(LayerError::TooLarge { what: "statements", limit: MAX_STATEMENTS });
            }
            program.statements.push(Statement { line: line_number, action });
            rest.spaces();
            if rest.0.is_empty() {
                break;
            }
            if !rest.eat(";") {
                return Err(refuse("; or the end of the line after a statement"));
            }
            rest.spaces();
            if rest.0.is_empty() {
                break;
            }
        }
    }
    let lines = text.lines().count();
    let program = program.ok_or_else(|| refusal(lines, "def forward(self, <one input>):", ""))?;
    if returned { Ok(program) } else { Err(refusal(lines, "a return", "")) }
}

fn refusal(line: usize, expected: &'static str, text: &str) -> LayerError {
    let text = text.trim();
    let shown = text.get(..text.floor_char_boundary(SHOWN)).unwrap_or(text);
    LayerError::Code { line, expected, text: shown.to_owned() }
}

/// The input's name from `def forward(self, name):`, with or without types.
fn header(line: &str) -> Option<&str> {
    let mut rest = Cursor(line.trim_end());
    rest.eat("def forward(self,").then_some(())?;
    rest.spaces();
    let input = rest.identifier()?;
    rest.spaces();
    if rest.eat(":") {
        rest.spaces();
        rest.dotted()?;
    }
    rest.eat(")").then_some(())?;
    rest.spaces();
    if rest.eat("->") {
        rest.spaces();
        rest.dotted()?;
        rest.spaces();
    }
    (rest.eat(":") && rest.0.is_empty()).then_some(input)
}

/// What is left of a line.
struct Cursor<'t>(&'t str);

impl<'t> Cursor<'t> {
    fn statement(&mut self) -> Option<Action<'t>> {
        let first = self.identifier()?;
        self.spaces();
        if first == "return" {
            return self.identifier().map(Action::Return);
        }
        let mut targets = vec![first];
        loop {
            self.eat("=").then_some(())?;
            self.spaces();
            if Cursor(self.0).identifier() == Some("self") || self.0.starts_with("getattr(") {
                let [to] = targets.as_slice() else { return None };
                return self.access(to);
            }
            let name = self.identifier()?;
            self.spaces();
            if name == "None" {
                return Some(Action::Forget(targets));
            }
            targets.push(name);
        }
    }

    fn access(&mut self, to: &'t str) -> Option<Action<'t>> {
        let path = self.path()?;
        if !self.eat("(") {
            return Some(Action::Get { to, path });
        }
        Some(Action::Call { to, path, args: self.arguments()? })
    }

    /// `self.a.b`, `getattr(self, "a").b`, `getattr(self.a, "b")`: the names after `self`.
    fn path(&mut self) -> Option<Vec<&'t str>> {
        let mut open = 0;
        while self.eat("getattr(") {
            open += 1;
        }
        (self.identifier()? == "self").then_some(())?;
        let mut path = Vec::new();
        loop {
            if self.eat(".") {
                path.push(self.identifier()?);
            } else if open > 0 && self.eat(",") {
                self.spaces();
                path.push(self.quoted()?);
                self.eat(")").then_some(())?;
                open -= 1;
            } else {
                break;
            }
        }
        (open == 0 && !path.is_empty()).then_some(path)
    }

    fn arguments(&mut self) -> Option<Vec<Argument<'t>>> {
        let mut args = Vec::new();
        self.spaces();
        while !self.eat(")") {
            let name = self.identifier()?;
            self.spaces();
            if self.eat("=") {
                self.spaces();
                args.push(Argument { keyword: Some(name), value: self.identifier()? });
                self.spaces();
            } else {
                args.push(Argument { keyword: None, value: name });
            }
            if self.eat(",") {
                self.spaces();
            } else if !self.0.starts_with(')') {
                return None;
            }
        }
        Some(args)
    }

    /// A string in double quotes with nothing escaped in it, as the writer makes them.
    fn quoted(&mut self) -> Option<&'t str> {
        let (text, rest) = self.0.strip_prefix('"')?.split_once('"')?;
        if text.contains('\\') {
            return None;
        }
        self.0 = rest;
        Some(text)
    }

    fn identifier(&mut self) -> Option<&'t str> {
        let end = self.0.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(self.0.len());
        let (name, rest) = self.0.split_at_checked(end)?;
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        self.0 = rest;
        Some(name)
    }

    /// `torch.Tensor`.
    fn dotted(&mut self) -> Option<()> {
        self.identifier()?;
        while self.eat(".") {
            self.identifier()?;
        }
        Some(())
    }

    fn spaces(&mut self) {
        self.0 = self.0.trim_start();
    }

    fn eat(&mut self, token: &str) -> bool {
        self.0.strip_prefix(token).map(|rest| self.0 = rest).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(statement: &str) -> Result<Vec<Action<'static>>, LayerError> {
        let text = format!("def forward(self, x):\n    {statement}\n    return x\n").leak();
        let mut actions: Vec<_> = parse(text)?.statements.into_iter().map(|s| s.action).collect();
        assert_eq!(actions.pop(), Some(Action::Return("x")));
        Ok(actions)
    }

    #[test]
    fn statements_of_every_form_are_read() {
        let positional = |names: &[&'static str]| {
            names.iter().map(|&value| Argument { keyword: None, value }).collect::<Vec<_>>()
        };
        let cases = [
            ("a = self.initializers.k_0", vec![Action::Get { to: "a", path: vec!["initializers", "k_0"] }]),
            (
                r#"a = getattr(self, "S/m-2/mul")(x, b);  x = b = None"#,
                vec![
                    Action::Call { to: "a", path: vec!["S/m-2/mul"], args: positional(&["x", "b"]) },
                    Action::Forget(vec!["x", "b"]),
                ],
            ),
            (
                "a = self.Conv_0(x)",
                vec![Action::Call { to: "a", path: vec!["Conv_0"], args: positional(&["x"]) }],
            ),
            ("self_attn = a = None", vec![Action::Forget(vec!["self_attn", "a"])]),
            ("a = self.Constant_0()", vec![Action::Call { to: "a", path: vec!["Constant_0"], args: vec![] }]),
            (
                r#"a = getattr(getattr(self, "1"), "2/b").c(x)"#,
                vec![Action::Call { to: "a", path: vec!["1", "2/b", "c"], args: positional(&["x"]) }],
            ),
            (
                r#"a = getattr(self.m, "0")(x, keyword = y)"#,
                vec![Action::Call {
                    to: "a",
                    path: vec!["m", "0"],
                    args: vec![
                        Argument { keyword: None, value: "x" },
                        Argument { keyword: Some("keyword"), value: "y" },
                    ],
                }],
            ),
        ];
        for (statement, expected) in cases {
            assert_eq!(one(statement).unwrap(), expected, "{statement}");
        }
    }

    #[test]
    fn headers_may_carry_types_and_comments_are_skipped() {
        let text = "\n\n\ndef forward(self, image : torch.Tensor) -> torch.Tensor:\n    # note\n    return image\n    ";
        let program = parse(text).unwrap();
        assert_eq!(program.input, "image");
        assert_eq!(program.statements, [Statement { line: 6, action: Action::Return("image") }]);
    }

    #[test]
    fn anything_else_is_refused_with_its_line() {
        let refused = [
            "import os",
            "a = __import__('os').system('true')",
            "a = torch.add(x, x)",
            "a = x + x",
            "a = x[0]",
            "a = self.m(x)(x)",
            "a = self.m(x",
            "a = self.m(x) y",
            "a = self.m(1)",
            "a = self.m(x y)",
            "a = self",
            "a = b = self.m(x)",
            r#"a = getattr(self, "a\x20b")(x)"#,
            r#"a = getattr(self, name)(x)"#,
            r#"a = getattr(x, "a")(x)"#,
            "a, b = self.m(x)",
            "for a in x: pass",
            "return (x, x)",
            "1a = self.m(x)",
        ];
        for statement in refused {
            match one(statement) {
                Err(LayerError::Code { line: 2, text, .. }) => assert_eq!(text, statement),
                other => panic!("{statement}: {other:?}"),
            }
        }
    }

    #[test]
    fn the_frame_is_checked_too() {
        let texts = [
            "",
            "return x",
            "def forward(self):\n    return self",
            "def forward(self, a, b):\n    return a",
            "def forward(self, a = 1):\n    return a",
            "def forward(self, a):\n",
            "def forward(self, a):\n    return a\n    return a",
            "def forward(self, a):\n    return a; a = None",
        ];
        for text in texts {
            assert!(matches!(parse(text), Err(LayerError::Code { .. })), "{text:?}");
        }
    }

    #[test]
    fn a_long_line_is_shown_in_part() {
        let error = one(&"é".repeat(500)).unwrap_err();
        let LayerError::Code { text, .. } = error else { panic!("{error}") };
        assert!(text.len() <= SHOWN);
    }
}
