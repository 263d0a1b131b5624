//! Small pieces of tree, built by hand.

use swc_core::atoms::Atom;
use swc_core::common::{DUMMY_SP, SyntaxContext};
use swc_core::ecma::ast::{
    AssignPatProp, BinExpr, BinaryOp, BindingIdent, CallExpr, Callee, Decl, Expr, ExprOrSpread,
    Ident, IdentName, KeyValuePatProp, Lit, MemberExpr, MemberProp, Module, ModuleItem, ObjectPat,
    ObjectPatProp, Pat, Program, PropName, Stmt, Str, VarDecl, VarDeclKind, VarDeclarator,
};

/// The module of a program; the parser was told to make one, so that a script is never there.
pub(super) fn into_module(program: Program) -> Module {
    match program {
        Program::Module(module) => module,
        Program::Script(script) => Module {
            span: script.span,
            body: script.body.into_iter().map(ModuleItem::Stmt).collect(),
            shebang: script.shebang,
        },
    }
}

/// Puts items at the top of a module, after its directives, which count only when they are first.
pub(super) fn prepend(module: &mut Module, items: Vec<ModuleItem>) {
    let at = module
        .body
        .iter()
        .take_while(|item| is_directive(item))
        .count();
    module.body.splice(at..at, items);
}

/// Whether an item is a text by itself: at the top of a module, a directive.
pub(super) fn is_directive(item: &ModuleItem) -> bool {
    let ModuleItem::Stmt(Stmt::Expr(statement)) = item else {
        return false;
    };
    matches!(&*statement.expr, Expr::Lit(Lit::Str(_)))
}

/// `"value"`
pub(super) fn string(value: &str) -> Expr {
    Expr::Lit(Lit::Str(Str {
        span: DUMMY_SP,
        value: value.into(),
        raw: None,
    }))
}

/// `callee(arguments…)`
pub(super) fn call(callee: Ident, arguments: Vec<Expr>) -> Box<Expr> {
    Box::new(Expr::Call(CallExpr {
        callee: Callee::Expr(Box::new(Expr::Ident(callee))),
        args: arguments.into_iter().map(argument).collect(),
        ..CallExpr::default()
    }))
}

/// `name.default ?? name`
pub(super) fn default_of(name: &Ident) -> Box<Expr> {
    Box::new(Expr::Bin(BinExpr {
        span: DUMMY_SP,
        op: BinaryOp::NullishCoalescing,
        left: Box::new(Expr::Member(MemberExpr {
            span: DUMMY_SP,
            obj: Box::new(Expr::Ident(name.clone())),
            prop: MemberProp::Ident(IdentName::new(Atom::from("default"), DUMMY_SP)),
        })),
        right: Box::new(Expr::Ident(name.clone())),
    }))
}

/// `const` with one declarator for each pair of a pattern and its value.
pub(super) fn constants(pairs: Vec<(Pat, Box<Expr>)>) -> ModuleItem {
    let decls = pairs
        .into_iter()
        .map(|(name, value)| VarDeclarator {
            span: DUMMY_SP,
            name,
            init: Some(value),
            definite: false,
        })
        .collect();
    ModuleItem::Stmt(Stmt::Decl(Decl::Var(Box::new(VarDecl {
        span: DUMMY_SP,
        ctxt: SyntaxContext::empty(),
        kind: VarDeclKind::Const,
        declare: false,
        decls,
    }))))
}

/// An expression as an argument.
pub(super) fn argument(expr: Expr) -> ExprOrSpread {
    ExprOrSpread {
        spread: None,
        expr: Box::new(expr),
    }
}

/// A name as a pattern.
pub(super) fn binding(name: Ident) -> Pat {
    Pat::Ident(BindingIdent {
        id: name,
        type_ann: None,
    })
}

/// `{ member: local, … }` as a pattern.
pub(super) fn destructure(members: &[(Atom, Ident)]) -> Pat {
    let props = members
        .iter()
        .map(|(member, local)| member_of(member, local))
        .collect();
    Pat::Object(ObjectPat {
        span: DUMMY_SP,
        props,
        optional: false,
        type_ann: None,
    })
}

fn member_of(member: &Atom, local: &Ident) -> ObjectPatProp {
    if *member == local.sym {
        return ObjectPatProp::Assign(AssignPatProp {
            span: DUMMY_SP,
            key: BindingIdent {
                id: local.clone(),
                type_ann: None,
            },
            value: None,
        });
    }
    let key = if Ident::verify_symbol(member).is_ok() {
        PropName::Ident(IdentName::new(member.clone(), DUMMY_SP))
    } else {
        PropName::Str(Str {
            span: DUMMY_SP,
            value: member.clone().into(),
            raw: None,
        })
    };
    ObjectPatProp::KeyValue(KeyValuePatProp {
        key,
        value: Box::new(binding(local.clone())),
    })
}
