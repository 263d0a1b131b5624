//! One part of a namespace: which names in it are members of the whole.

use std::collections::BTreeSet;

use swc_core::atoms::Atom;
use swc_core::ecma::ast::{
    ArrowExpr, CatchClause, ClassDecl, ClassExpr, Expr, FnDecl, FnExpr, Id, Ident, IdentName,
    JSXElementName, JSXMemberExpr, JSXObject, MemberExpr, MemberProp, ObjectPatProp, Param,
    TsEntityName, TsEnumDecl, TsImportEqualsDecl, TsModuleDecl, TsModuleName, TsModuleRef,
    TsNamespaceBody, TsNamespaceDecl, TsParamProp, TsQualifiedName, VarDeclarator,
};
use swc_core::ecma::utils::{QueryRef, RefRewriter, find_pat_ids};
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith};

/// Tells which names in a part are members of its namespace.
pub(super) struct Part<'e> {
    namespace: Ident,
    /// What all parts export.
    names: &'e BTreeSet<Atom>,
    /// What this part exports: swc knows of these, except behind `import x =`.
    own: BTreeSet<Id>,
    bound: BTreeSet<Id>,
}

impl<'e> Part<'e> {
    /// A part of `namespace`, whose parts export `names` and which itself exports `own`.
    pub(super) fn new(namespace: &Ident, names: &'e BTreeSet<Atom>, own: Vec<Id>) -> Self {
        Self {
            namespace: namespace.clone(),
            names,
            own: own.into_iter().collect(),
            bound: BTreeSet::new(),
        }
    }

    /// Makes members of the names that other parts export.
    pub(super) fn rewrite(mut self, body: &mut TsNamespaceBody) {
        let mut bound = Bound::default();
        body.visit_with(&mut bound);
        self.bound = bound.names;
        body.visit_mut_with(&mut Aliases { part: &self });
        let mut rewriter = RefRewriter { query: &self };
        body.visit_mut_with(&mut rewriter);
        body.visit_mut_with(&mut Shorthands { rewriter });
    }

    fn is_of_another_part(&self, name: &Ident) -> bool {
        self.names.contains(&name.sym) && !self.bound.contains(&name.to_id())
    }
}

impl QueryRef for &Part<'_> {
    fn query_ref(&self, name: &Ident) -> Option<Box<Expr>> {
        self.is_of_another_part(name).then(|| {
            Box::new(Expr::Member(MemberExpr {
                span: name.span,
                obj: Box::new(Expr::Ident(self.namespace.clone())),
                prop: MemberProp::Ident(IdentName::from(name.clone())),
            }))
        })
    }

    fn query_lhs(&self, name: &Ident) -> Option<Box<Expr>> {
        self.query_ref(name)
    }

    fn query_jsx(&self, name: &Ident) -> Option<JSXElementName> {
        self.is_of_another_part(name).then(|| {
            JSXElementName::JSXMemberExpr(JSXMemberExpr {
                span: name.span,
                obj: JSXObject::Ident(self.namespace.clone()),
                prop: IdentName::from(name.clone()),
            })
        })
    }
}

/// `{ x }` as a target, which swc's rewriter leaves to its caller.
struct Shorthands<'p, 'e> {
    rewriter: RefRewriter<&'p Part<'e>>,
}

impl VisitMut for Shorthands<'_, '_> {
    fn visit_mut_object_pat_prop(&mut self, property: &mut ObjectPatProp) {
        property.visit_mut_children_with(self);
        self.rewriter.exit_object_pat_prop(property);
    }
}

/// The first name of what `import x = a.b` stands for, which is no expression yet.
struct Aliases<'p, 'e> {
    part: &'p Part<'e>,
}

impl Aliases<'_, '_> {
    fn qualify(&self, entity: &mut TsEntityName) {
        match entity {
            TsEntityName::TsQualifiedName(qualified) => self.qualify(&mut qualified.left),
            TsEntityName::Ident(name) => {
                let is_own = self.part.own.contains(&name.to_id());
                if is_own || self.part.is_of_another_part(name) {
                    *entity = TsEntityName::TsQualifiedName(Box::new(TsQualifiedName {
                        span: name.span,
                        left: TsEntityName::Ident(self.part.namespace.clone()),
                        right: IdentName::from(name.clone()),
                    }));
                }
            }
        }
    }
}

impl VisitMut for Aliases<'_, '_> {
    fn visit_mut_ts_import_equals_decl(&mut self, import: &mut TsImportEqualsDecl) {
        if let TsModuleRef::TsEntityName(entity) = &mut import.module_ref {
            self.qualify(entity);
        }
    }
}

/// Every name that is declared somewhere in a part.
#[derive(Default)]
struct Bound {
    names: BTreeSet<Id>,
}

impl Visit for Bound {
    // Targets of assignments are patterns too, and declare nothing.
    fn visit_var_declarator(&mut self, declarator: &VarDeclarator) {
        self.names.extend(find_pat_ids::<_, Id>(&declarator.name));
        declarator.visit_children_with(self);
    }

    fn visit_param(&mut self, parameter: &Param) {
        self.names.extend(find_pat_ids::<_, Id>(&parameter.pat));
        parameter.visit_children_with(self);
    }

    fn visit_ts_param_prop(&mut self, property: &TsParamProp) {
        self.names.extend(find_pat_ids::<_, Id>(&property.param));
        property.visit_children_with(self);
    }

    fn visit_arrow_expr(&mut self, arrow: &ArrowExpr) {
        self.names.extend(find_pat_ids::<_, Id>(&arrow.params));
        arrow.visit_children_with(self);
    }

    fn visit_catch_clause(&mut self, clause: &CatchClause) {
        self.names.extend(find_pat_ids::<_, Id>(&clause.param));
        clause.visit_children_with(self);
    }

    fn visit_fn_decl(&mut self, declaration: &FnDecl) {
        self.names.insert(declaration.ident.to_id());
        declaration.visit_children_with(self);
    }

    fn visit_fn_expr(&mut self, expr: &FnExpr) {
        self.names.extend(expr.ident.as_ref().map(Ident::to_id));
        expr.visit_children_with(self);
    }

    fn visit_class_decl(&mut self, declaration: &ClassDecl) {
        self.names.insert(declaration.ident.to_id());
        declaration.visit_children_with(self);
    }

    fn visit_class_expr(&mut self, expr: &ClassExpr) {
        self.names.extend(expr.ident.as_ref().map(Ident::to_id));
        expr.visit_children_with(self);
    }

    fn visit_ts_enum_decl(&mut self, declaration: &TsEnumDecl) {
        self.names.insert(declaration.id.to_id());
        declaration.visit_children_with(self);
    }

    fn visit_ts_module_decl(&mut self, declaration: &TsModuleDecl) {
        if let TsModuleName::Ident(name) = &declaration.id {
            self.names.insert(name.to_id());
        }
        declaration.visit_children_with(self);
    }

    fn visit_ts_namespace_decl(&mut self, declaration: &TsNamespaceDecl) {
        self.names.insert(declaration.id.to_id());
        declaration.visit_children_with(self);
    }

    fn visit_ts_import_equals_decl(&mut self, import: &TsImportEqualsDecl) {
        self.names.insert(import.id.to_id());
    }
}
