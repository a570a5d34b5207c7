use super::*;

fn run(words: &[&str]) -> Option<Result<Script, ParseScriptError>> {
    recognise(&words.iter().map(OsString::from).collect::<Vec<_>>())
}

fn flags(words: &[&str]) -> Result<Flags, ParseScriptError> {
    let line = [&["biowatch", "a/run_speciesnet_server.py"], words].concat();
    match run(&line).expect("the script form")? {
        Script::Serve(Model::SpeciesNet, flags) => Ok(flags),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_spelling_of_a_value_flag() {
    let expected = |change: fn(&mut Flags)| {
        let mut flags = Flags::of(Model::SpeciesNet);
        change(&mut flags);
        flags
    };
    type Case = (&'static [&'static str], fn(&mut Flags));
    let cases: [Case; 20] = [
        (&[], |_| ()),
        (&["--port", "8001"], |f| f.port = 8001),
        (&["--port=8001"], |f| f.port = 8001),
        (&["-port", "8001"], |f| f.port = 8001),
        (&["-port=8001"], |f| f.port = 8001),
        (&["--port=0x1F90"], |f| f.port = 8080),
        (&["--port", "1", "--port", "0"], |f| f.port = 0),
        (&["--api_path", "/x"], |f| f.api_path = "/x".into()),
        (&["-api_path=/a=b"], |f| f.api_path = "/a=b".into()),
        (&["--workers_per_device=2"], |f| f.workers_per_device = 2),
        (&["--timeout", "60"], |f| f.timeout = 60),
        (&["--backlog=16"], |f| f.backlog = 16),
        (&["--extra_fields=a, b"], |f| f.extra_fields = vec!["a".into(), "b".into()]),
        (&["--extra_fields="], |_| ()),
        (&["--model", "dir/4.0.2a"], |f| f.model = Some("dir/4.0.2a".into())),
        (&["--country=KEN"], |f| f.country = Some("KEN".into())),
        (&["--country="], |_| ()),
        (&["stray", "--port", "9", "-", "more"], |f| f.port = 9),
        (&["--port", "9", "--", "--port", "10", "--what"], |f| f.port = 9),
        (&["--verbosity=1", "-v", "0", "--logtostderr", "--undefok=x", "--port=9"], |f| f.port = 9),
    ];
    for (words, change) in cases {
        assert_eq!(flags(words).unwrap(), expected(change), "{words:?}");
    }
}

#[test]
fn every_spelling_of_the_boolean() {
    let cases: [(&[&str], bool); 18] = [
        (&[], true),
        (&["--geofence"], true),
        (&["-geofence"], true),
        (&["--nogeofence"], false),
        (&["-nogeofence"], false),
        (&["--geofence=true"], true),
        (&["--geofence=false"], false),
        (&["-geofence=False"], false),
        (&["--geofence=T"], true),
        (&["--geofence=f"], false),
        (&["--geofence=0"], false),
        (&["--geofence=1"], true),
        (&["--geofence", "true"], true),
        (&["--geofence", "false"], false),
        (&["--geofence", "FALSE"], false),
        (&["--geofence", "--port", "9"], true),
        (&["--geofence", "elsewhere"], true),
        (&["--geofence=true", "--nogeofence"], false),
    ];
    for (words, expected) in cases {
        assert_eq!(flags(words).unwrap().geofence, expected, "{words:?}");
    }
}

#[test]
fn what_biowatch_passes() {
    let line =
        ["--port", "50123", "--geofence", "true", "--model", "zoo/speciesnet/4.0.2a", "--timeout", "30"];
    let line = [&line[..], &["--country", "FRA"]].concat();
    let expected = Flags {
        port: 50123,
        model: Some("zoo/speciesnet/4.0.2a".into()),
        country: Some("FRA".into()),
        ..Flags::of(Model::SpeciesNet)
    };
    assert_eq!(flags(&line).unwrap(), expected);
}

#[test]
fn refusals_read_as_absl_writes_them() {
    let cases: [(&[&str], &str); 12] = [
        (&["--prot", "1"], "Unknown command line flag 'prot'"),
        (&["--api-path=/x"], "Unknown command line flag 'api-path'. Did you mean: api_path ?"),
        (&["--noport"], "Unknown command line flag 'noport'"),
        (&["--filepath-classes", "x"], "Unknown command line flag 'filepath-classes'"),
        (&["--port"], "Missing value for flag --port"),
        (&["--port", "abc"], "flag --port=abc: invalid literal for int() with base 10: 'abc'"),
        (&["--port="], "flag --port=: invalid literal for int() with base 10: ''"),
        (&["--port=70000"], "flag --port=70000: must be from 0 to 65535"),
        (&["--timeout=1.5"], "flag --timeout=1.5: invalid literal for int() with base 10: '1.5'"),
        (&["--geofence=maybe"], "flag --geofence=maybe: Non-boolean argument to boolean flag"),
        (&["--nogeofence=1"], "--nogeofence=1 does not take an argument"),
        (&["--api_path=x"], "flag --api_path=x: must start with '/'"),
    ];
    for (words, expected) in cases {
        assert_eq!(flags(words).unwrap_err().to_string(), expected, "{words:?}");
    }
}

#[test]
fn the_script_is_known_by_its_name() {
    let yes: [&[&str]; 8] = [
        &["biowatch", "run_speciesnet_server.py"],
        &["/usr/bin/biowatch", "/any/dir/run_speciesnet_server.py"],
        &["biowatch.exe", "C:\\app\\run_speciesnet_server.py"],
        &["/env/bin/python", "run_speciesnet_server.py"],
        &["python3.12", "-u", "run_speciesnet_server.py"],
        &["python.exe", "-X", "utf8", "-uB", "run_speciesnet_server.py"],
        &["biowatch", "run_deepfaune_server.py"],
        &["python", "-c", "print()"],
    ];
    let no: [&[&str]; 4] = [
        &["biowatch"],
        &["biowatch", "serve", "run_speciesnet_server.py"],
        &["biowatch", "x.py"],
        &["biowatch", "-u"],
    ];
    for words in yes {
        assert!(run(words).is_some(), "{words:?}");
    }
    for words in no {
        assert!(run(words).is_none(), "{words:?}");
    }
    let unknown = run(&["biowatch", "run_wildnet_server.py"]).unwrap().unwrap_err();
    assert_eq!(unknown, ParseScriptError::UnknownScript("wildnet".into()));
    assert_eq!(
        run(&["b", "run_speciesnet_server.py", "--help"]).unwrap(),
        Ok(Script::Help(Model::SpeciesNet))
    );
}

#[test]
fn each_script_has_its_own_flags() {
    let parsed = |line: &[&str]| run(&[&["b"], line].concat()).unwrap();
    let (detector, classifier) = ("--filepath-detector-weights", "--filepath-classifier-weights");
    let deepfaune = parsed(&[
        "run_deepfaune_server.py",
        "--port",
        "8001",
        classifier,
        "c.pt",
        detector,
        "d.pt",
        "--timeout",
        "30",
    ]);
    let expected = Flags {
        port: 8001,
        detector: Some("d.pt".into()),
        classifier: Some("c.pt".into()),
        ..Flags::of(Model::DeepFaune)
    };
    assert_eq!(deepfaune, Ok(Script::Serve(Model::DeepFaune, expected)));

    let manas = parsed(&[
        "run_manas_server.py",
        classifier,
        "c",
        "--filepath-classes=k",
        "-filepath-detector-weights=d",
    ]);
    let expected = Flags {
        port: 8002,
        detector: Some("d".into()),
        classifier: Some("c".into()),
        classes: Some("k".into()),
        ..Flags::of(Model::Manas)
    };
    assert_eq!(manas, Ok(Script::Serve(Model::Manas, expected)));

    let line = ["run_megadetector_server.py", detector, "d", "--detection-confidence-threshold", "0.35"];
    let expected = Flags { detector: Some("d".into()), threshold: 0.35, ..Flags::of(Model::MegaDetector) };
    assert_eq!(parsed(&line), Ok(Script::Serve(Model::MegaDetector, expected)));

    let refusals: [(&[&str], &str); 6] = [
        (
            &["run_deepfaune_server.py"],
            "flag --filepath-classifier-weights=None: Flag --filepath-classifier-weights must have a value other than \
             None.\nflag --filepath-detector-weights=None: Flag --filepath-detector-weights must have a value other \
             than None.",
        ),
        (
            &["run_manas_server.py", classifier, "c", detector, "d"],
            "flag --filepath-classes=None: Flag --filepath-classes must have a value other than None.",
        ),
        (&["run_manas_server.py", "--geofence", "true"], "Unknown command line flag 'geofence'"),
        (
            &["run_megadetector_server.py", classifier, "c"],
            "Unknown command line flag 'filepath-classifier-weights'. Did you mean: filepath-detector-weights ?",
        ),
        (
            &["run_megadetector_server.py", "--detection-confidence-threshold=high"],
            "flag --detection-confidence-threshold=high: could not convert string to float: 'high'",
        ),
        (
            &["run_megadetector_server.py", "--detection-confidence-threshold=NaN"],
            "flag --detection-confidence-threshold=NaN: must be from 0 to 1",
        ),
    ];
    for (line, expected) in refusals {
        assert_eq!(parsed(line).unwrap_err().to_string(), expected, "{line:?}");
    }
}
