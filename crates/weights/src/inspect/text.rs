//! The report for people.

use std::collections::BTreeMap;
use std::fmt;

use super::{FileFormat, Report};

/// Other entries that are listed before the rest is counted.
const LISTED: usize = 20;

impl fmt::Display for FileFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Torch => "PyTorch checkpoint (zip)",
            Self::TorchScript => "TorchScript archive (zip)",
            Self::Safetensors => "safetensors",
            Self::Pickle => "pickle",
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        line(f, "file", &printable(&self.file))?;
        line(f, "format", &format!("{}, {} bytes", self.format, self.bytes))?;
        option(f, "folder", self.folder.as_deref())?;
        option(f, "root", self.root.as_deref())?;
        list(f, "keys", &self.keys)?;
        let facts: Vec<String> = self.facts.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        list(f, "facts", &facts)?;
        option(f, "model", self.model.as_deref())?;
        option(f, "network", self.network.as_deref())?;
        let names: Vec<String> = self.names.iter().map(|(index, name)| format!("{index} {name}")).collect();
        list(f, "names", &names)?;
        for (source, size) in &self.image_size {
            line(f, "image size", &format!("{} ({source})", joined(size)))?;
        }
        if !self.strides.is_empty() {
            line(f, "strides", &joined(&self.strides))?;
        }
        table(f, "objects", &self.classes)?;
        table(f, "uninterpreted calls (nothing was called)", &self.calls)?;
        table(f, "names mentioned", &self.mentions)?;
        table(f, "not shown", &self.opaque)?;
        self.other_entries(f)?;
        if self.unused_storages > 0 {
            line(f, "unused", &format!("{} storages no tensor refers to", self.unused_storages))?;
        }
        self.tensors(f)?;
        self.left_out.iter().try_for_each(|note| line(f, "left out", note))
    }
}

impl Report {
    fn other_entries(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.other_entries.is_empty() {
            return Ok(());
        }
        writeln!(f, "other entries")?;
        for entry in self.other_entries.iter().take(LISTED) {
            writeln!(f, "  {} ({} bytes)", printable(&entry.name), entry.bytes)?;
        }
        match self.other_entries.len().saturating_sub(LISTED) {
            0 => Ok(()),
            more => writeln!(f, "  … and {more} more"),
        }
    }

    fn tensors(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        line(f, "tensors", &format!("{}, {} elements", self.tensors.len(), self.elements))?;
        for tensor in &self.tensors {
            writeln!(f, "  {} {} {:?}", printable(&tensor.name), tensor.dtype, tensor.shape)?;
        }
        Ok(())
    }
}

fn line(f: &mut fmt::Formatter<'_>, label: &str, text: &str) -> fmt::Result {
    writeln!(f, "{label:<11} {text}")
}

fn option(f: &mut fmt::Formatter<'_>, label: &str, text: Option<&str>) -> fmt::Result {
    text.map_or(Ok(()), |text| line(f, label, &printable(text)))
}

fn list(f: &mut fmt::Formatter<'_>, label: &str, items: &[String]) -> fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    line(f, label, &printable(&items.join(", ")))
}

fn table(f: &mut fmt::Formatter<'_>, title: &str, counts: &BTreeMap<String, usize>) -> fmt::Result {
    if counts.is_empty() {
        return Ok(());
    }
    writeln!(f, "{title}")?;
    let mut rows: Vec<_> = counts.iter().collect();
    rows.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    rows.iter().try_for_each(|(name, count)| writeln!(f, "  {count:>5} {}", printable(name)))
}

fn joined(values: &[impl ToString]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Text of a stranger's file, without what could move a terminal's cursor.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
