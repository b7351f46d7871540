//! What can be seen in the text of a spec before it runs.

use std::collections::HashSet;

use starlark::syntax::AstModule;
use starlark::syntax::ast::{AssignTargetP, AstExpr, AstLiteral, AstStmt, Expr, Stmt};

/// The text at the top of a file.
pub(crate) fn docstring(ast: &AstModule) -> String {
    let first = match &ast.statement().node {
        Stmt::Statements(all) => all.first(),
        _ => Some(ast.statement()),
    };
    match first.map(|s| &s.node) {
        Some(Stmt::Expression(e)) => match &e.node {
            Expr::Literal(AstLiteral::String(text)) => text.node.trim().to_string(),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

/// Knobs whose value nothing reads.
pub(crate) fn unused_params(ast: &AstModule) -> Vec<String> {
    let mut declared: Vec<(String, String)> = Vec::new();
    let mut read: HashSet<String> = HashSet::new();
    visit(ast.statement(), &mut |s| {
        if let Stmt::Assign(assign) = &s.node
            && let AssignTargetP::Identifier(name) = &assign.lhs.node
            && let Expr::Call(function, _) = &assign.rhs.node
            && matches!(&function.node, Expr::Identifier(f) if f.node.ident == "param")
        {
            let span = ast.file_span(s.span);
            let place = format!("{}:{}", span.filename(), span.resolve_span().begin.line + 1);
            declared.push((name.node.ident.clone(), place));
        }
    });
    ast.statement().visit_expr(|e| names(e, &mut read));
    declared
        .into_iter()
        .filter(|(name, _)| !read.contains(name))
        .map(|(name, place)| format!("{place}: param `{name}` is never used"))
        .collect()
}

fn visit(s: &AstStmt, f: &mut impl FnMut(&AstStmt)) {
    f(s);
    s.visit_stmt(|inner| visit(inner, f));
}

fn names(e: &AstExpr, read: &mut HashSet<String>) {
    if let Expr::Identifier(name) = &e.node {
        read.insert(name.node.ident.clone());
    }
    e.visit_expr(|inner| names(inner, read));
}
