//! The names of devices and arithmetics, as people type them.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Where to compute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Device {
    /// The best device that is offered and computes in full `f32`: CUDA, DirectML, else the CPU.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// An NVIDIA GPU.
    Cuda,
    /// An NVIDIA GPU through TensorRT: minutes to start, then fast.
    TensorRt,
    /// Apple's neural engine and GPU. Computes parts in half precision.
    CoreMl,
    /// Any GPU on Windows.
    DirectMl,
    /// Intel's processors and GPUs.
    OpenVino,
}

/// Every device a person can name, [`Device::Auto`] aside, best first.
pub(super) const DEVICES: [Device; 6] =
    [Device::Cuda, Device::TensorRt, Device::DirectMl, Device::CoreMl, Device::OpenVino, Device::Cpu];

impl Device {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
            Self::TensorRt => "tensorrt",
            Self::CoreMl => "coreml",
            Self::DirectMl => "directml",
            Self::OpenVino => "openvino",
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// A word that is not in the list.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{got}` is not one of {known}")]
pub struct UnknownName {
    got: String,
    known: String,
}

impl FromStr for Device {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let known = || std::iter::once(Self::Auto).chain(DEVICES);
        known().find(|device| device.name() == text).ok_or_else(|| UnknownName {
            got: text.to_owned(),
            known: known().map(Self::name).collect::<Vec<_>>().join(", "),
        })
    }
}

/// How numbers are kept while computing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Precision {
    /// 32-bit floats: the reference's arithmetic.
    #[default]
    F32,
    /// 16-bit floats with the range of `f32`. Not offered yet.
    Bf16,
    /// 8-bit integers. Not offered yet.
    Int8,
}

impl fmt::Display for Precision {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
            Self::Int8 => "int8",
        })
    }
}

impl FromStr for Precision {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        match text {
            "f32" => Ok(Self::F32),
            "bf16" => Ok(Self::Bf16),
            "int8" => Ok(Self::Int8),
            _ => Err(UnknownName { got: text.to_owned(), known: "f32, bf16, int8".to_owned() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for device in DEVICES {
            assert_eq!(device.name().parse(), Ok(device));
        }
        assert_eq!("auto".parse(), Ok(Device::Auto));
        assert_eq!(
            "gpu".parse::<Device>().unwrap_err().to_string(),
            "`gpu` is not one of auto, cuda, tensorrt, directml, coreml, openvino, cpu"
        );
        for precision in [Precision::F32, Precision::Bf16, Precision::Int8] {
            assert_eq!(precision.to_string().parse(), Ok(precision));
        }
    }
}
