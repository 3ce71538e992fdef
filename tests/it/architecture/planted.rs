//! Sources with planted faults: each check of the architecture finds its own and nothing else.

use super::*;

/// The lines that a check finds in a planted source.
fn found(check: fn(&Source) -> Vec<String>, path: &str, text: &str) -> Vec<usize> {
    let faults = check(&Source::new(path, text));
    faults
        .iter()
        .map(|fault| fault.strip_prefix(&format!("{path}:")).unwrap().split(':').next().unwrap().parse().unwrap())
        .collect()
}

#[test]
fn a_planted_name_of_a_library_in_the_wrong_layer_is_found() {
    let text = "//! sqlx and axum in a map\nuse sqlx::Row;\n/// axum, in words\nfn a() { axum::serve() } // no\nuse utoipa_axum::routes;\nuse my_sqlx::x;\n#[cfg(test)]\nuse sqlx::Pg;\n";

    assert_eq!(found(sql_stays_below, "src/services/users.rs", text), [2]);
    assert_eq!(found(sql_stays_below, "src/core/clock.rs", text), [2]);
    assert_eq!(found(sql_stays_below, "src/repositories/users.rs", text), [0; 0]);
    assert_eq!(found(sql_stays_below, "src/core/database/mod.rs", text), [0; 0]);
    for path in ["src/main.rs", "src/commands/serve.rs", "src/services/users.rs", "src/core/app.rs"] {
        assert_eq!(found(http_stays_above, path, text), [4], "{path}");
    }
    assert_eq!(found(http_stays_above, "src/routes/router.rs", text), [0; 0]);
}

#[test]
fn a_planted_question_to_the_outside_is_found() {
    let text = "//! map\nlet a = Utc::now();\nlet b = chrono::Utc::now();\nSystemTime::now();\nrand::thread_rng();\ngetrandom::fill(&mut x);\nstd::env::var(\"A\");\n// Utc::now()\nlet now = ctx.now();\nenv::vars_os();\nUuid::new_v4();\n";

    assert_eq!(found(the_outside_is_an_argument, "src/services/a.rs", text), [2, 3, 4, 5, 6, 7, 10, 11]);
    assert_eq!(found(the_outside_is_an_argument, "src/core/clock.rs", text), [0; 0]);
}

#[test]
fn a_planted_arrow_that_points_up_is_found() {
    let grouped = "//! map\nuse crate::{\n    core::{\n        routes::no,\n        error::Error,\n    },\n    models::x,\n    services::audit,\n    routes,\n};\n";
    assert_eq!(found(arrows_point_down, "src/repositories/users.rs", grouped), [8, 9]);
    assert_eq!(found(arrows_point_down, "src/services/users.rs", grouped), [9]);
    assert_eq!(found(arrows_point_down, "src/routes/users.rs", grouped), [0; 0]);
    assert_eq!(found(arrows_point_down, "src/commands/users.rs", grouped), [0; 0]);

    let inline = "//! map\nfn a() -> crate::services::x::Y { crate::core::z() }\n// crate::routes::w\nuse super::super::jobs::run;\nuse super::routes::sibling;\n";
    assert_eq!(found(arrows_point_down, "src/core/app.rs", inline), [2, 4]);
    assert_eq!(found(arrows_point_down, "src/jobs/mail.rs", inline), [0; 0]);
    assert_eq!(found(arrows_point_down, "src/routes/home.rs", inline), [4]);
    assert_eq!(found(arrows_point_down, "src/core/mod.rs", "//! map\nuse super::services::x;\n"), [2]);
    assert_eq!(found(arrows_point_down, "src/helpers/a.rs", "//! map\n"), [1]);
    assert_eq!(found(arrows_point_down, "src/schemas/keys.rs", "//! map\nuse crate::repositories::keys;\n"), [2]);
    assert_eq!(found(arrows_point_down, "src/models/key.rs", "//! map\nuse crate::schemas::keys;\n"), [2]);
}

#[test]
fn a_planted_long_or_unmapped_file_is_found() {
    assert_eq!(found(no_file_is_too_long, "src/a.rs", &"x\n".repeat(501)), [501]);
    assert_eq!(found(no_file_is_too_long, "src/a.rs", &"x\n".repeat(500)), [0; 0]);
    assert_eq!(found(every_file_begins_with_its_map, "src/a.rs", "use x;\n//! late\n"), [1]);
    assert_eq!(found(every_file_begins_with_its_map, "src/a.rs", ""), [1]);
    assert_eq!(found(every_file_begins_with_its_map, "src/a.rs", "//! here\n"), [0; 0]);
}

#[test]
fn a_planted_panic_is_found_unless_its_function_says_why() {
    let text = "//! map\n#[expect(clippy::expect_used, reason = \"never empty\")]\n/// doc\nfn a() {\n    x.expect(\"x\");\n}\n\nfn b() {\n    y.unwrap();\n    z.unwrap_or(1);\n    #[expect(clippy::panic, reason = \"r\")]\n    panic!(\"no\");\n}\n// w.unwrap()\n#[expect(clippy::too_many_lines, reason = \"r\")]\nfn c() {\n    unreachable!();\n    todo!()\n}\n#[cfg(test)]\nmod tests { fn d() { v.unwrap() } }\n";

    assert_eq!(found(nothing_panics_without_a_reason, "src/a.rs", text), [9, 17, 18]);
}
