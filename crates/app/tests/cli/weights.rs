//! `biowatch weights inspect`.

use libtest_mimic::Trial;

use crate::biowatch::Sandbox;
use crate::golden;
use crate::goldens::root;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        golden("weights::inspect_tells_what_is_there", inspect_tells_what_is_there),
        golden("weights::inspect_refuses_what_is_no_checkpoint", inspect_refuses_what_is_no_checkpoint),
    ]
}

fn inspect_tells_what_is_there() {
    let sandbox = Sandbox::new();
    let detector = root().join("speciesnet/model/md_mini_a.0.0.pt");
    let ended = sandbox.run(&["weights", "inspect", detector.to_str().unwrap()]);
    ended.expect(0, &[]);
    for words in ["models.yolo", "models.common.Conv", "f16 [16, 3, 6, 6]"] {
        assert!(ended.stdout.contains(words), "{words:?} is not in\n{}", ended.stdout);
    }
    let json = sandbox.run(&["weights", "inspect", "--json", detector.to_str().unwrap()]);
    json.expect(0, &[]);
    let report: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert!(report.is_object());
}

fn inspect_refuses_what_is_no_checkpoint() {
    let sandbox = Sandbox::new();
    let photo = root().join("images/blank.jpg");
    sandbox.run(&["weights", "inspect", photo.to_str().unwrap()]).expect(4, &["blank.jpg", "hint: "]);
    sandbox.run(&["weights", "inspect", "gone.pt"]).expect(8, &["gone.pt", "hint: "]);
}
