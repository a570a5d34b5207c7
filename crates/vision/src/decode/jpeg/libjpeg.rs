//! The only door to libjpeg: a compressed stream in, rows of samples out.
//!
//! libjpeg reports a fatal error through a callback that must not return. Ours unwinds with the library's
//! message and is caught in [`decompress`]; the C code is built with unwind tables for that. Everything libjpeg
//! allocates hangs on one [`Decompressor`], so nothing leaks on that path.
#![expect(unsafe_code, reason = "libjpeg is C; this file holds every call to it")]

use std::any::Any;
use std::mem;
use std::os::raw::{c_int, c_long};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::{self, NonNull};

use mozjpeg_sys as ffi;

use super::super::{DecodeError, Format, Limits};
use super::idct;

/// What the samples mean, in the stream and in the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::decode) enum Colours {
    /// One component.
    Grey,
    /// Three components, converted to RGB from what the stream's own markers say.
    Rgb,
    /// Four components, converted to CMYK from what the stream's own markers say.
    Cmyk,
    /// Three components of luma and chroma, whatever the markers say, converted to RGB.
    Ycc,
    /// As many components as there are, unconverted, whatever the markers say.
    AsStored,
}

/// What to make of a stream that ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::decode) enum Ending {
    /// An end marker is put behind the stream. What libjpeg cannot decode after the first row stays zero; no row at
    /// all is an error.
    Completed,
    /// Every row must be there.
    AsIs,
}

/// Interleaved samples, rows top to bottom.
pub(in crate::decode) struct Samples {
    pub width: usize,
    pub height: usize,
    pub channels: usize,
    /// Rows that were decoded; the ones behind them are zero.
    pub rows: usize,
    pub data: Vec<u8>,
}

/// libjpeg's own words for a fatal error.
struct Fatal(String);

/// A scan beyond what the limits allow.
struct ScanLimit;

/// Decodes the stream that the parts make when put one behind the other (tables first where a container
/// keeps them apart).
pub(in crate::decode) fn decompress(
    format: Format,
    parts: &[&[u8]],
    ending: Ending,
    colours: Colours,
    limits: &Limits,
) -> Result<Samples, DecodeError> {
    let end_marker: &[u8] = match ending {
        Ending::Completed => &[0xff, 0xd9],
        Ending::AsIs => &[],
    };
    let stream = [parts, &[end_marker]].concat().concat();
    let mut decompressor = Decompressor::new(&stream);
    let mut samples = None;
    let outcome = catch_unwind(AssertUnwindSafe(|| decompressor.run(format, colours, limits, &mut samples)));
    let failure = match outcome {
        Ok(Ok(())) => format.malformed("the data end before the first row of pixels"),
        Ok(Err(refused)) => return Err(refused),
        Err(payload) => fatal(format, payload, &decompressor)?,
    };
    match samples {
        Some(samples) if samples.rows == samples.height => Ok(samples),
        Some(samples) if samples.rows > 0 && ending == Ending::Completed => Ok(samples),
        Some(samples) if samples.rows > 0 => {
            Err(format.malformed("the data end before the last row of pixels"))
        }
        _ => Err(failure),
    }
}

/// Turns what was thrown into an error; what did not come from our callbacks is thrown on.
fn fatal(
    format: Format,
    payload: Box<dyn Any + Send>,
    decompressor: &Decompressor,
) -> Result<DecodeError, DecodeError> {
    match payload.downcast::<Fatal>() {
        Ok(fatal) => Ok(format.malformed(fatal.0)),
        Err(payload) if payload.is::<ScanLimit>() => {
            let (pixels, limit) = decompressor.scan_limit();
            Err(DecodeError::TooManyScans { pixels, limit })
        }
        Err(payload) => resume_unwind(payload),
    }
}

/// libjpeg's state and the three callback tables it points to, at one address that never moves.
struct Heap {
    cinfo: ffi::jpeg_decompress_struct,
    error: ffi::jpeg_error_mgr,
    source: ffi::jpeg_source_mgr,
    progress: ffi::jpeg_progress_mgr,
    max_scans: u64,
}

struct Decompressor<'a> {
    heap: NonNull<Heap>,
    stream: &'a [u8],
}

impl<'a> Decompressor<'a> {
    fn new(stream: &'a [u8]) -> Self {
        // SAFETY: every field is a C struct of integers, nullable pointers, optional functions and enums with
        // a zero variant, or an integer: all zero bytes are a value of each.
        let heap: Box<Heap> = Box::new(unsafe { mem::zeroed() });
        Self { heap: NonNull::from(Box::leak(heap)), stream }
    }

    /// Reads the header, then rows into `samples` until they are complete or libjpeg wants more data.
    fn run(
        &mut self,
        format: Format,
        colours: Colours,
        limits: &Limits,
        samples: &mut Option<Samples>,
    ) -> Result<(), DecodeError> {
        self.connect();
        // SAFETY: the pointer is to a live allocation of our own, and nothing but libjpeg's callbacks, which
        // run only inside the calls below, touches it at the same time.
        let cinfo = unsafe { &mut (*self.heap.as_ptr()).cinfo };
        // SAFETY: `connect` created the decompressor and gave it a source.
        unsafe {
            const TABLES_ONLY: c_int = 2;
            const FOUND: c_int = 1;
            let mut header = TABLES_ONLY;
            while header == TABLES_ONLY {
                header = ffi::jpeg_read_header(cinfo, 0);
            }
            if header != FOUND {
                return Ok(());
            }
        }
        let (width, height) = (cinfo.image_width as usize, cinfo.image_height as usize);
        let pixels = limits.rgb_len(format, width, height)? as u64 / 3;
        self.set_scan_limit(limits.max_scan_pixels / pixels);
        choose_colours(cinfo, colours);
        // SAFETY: the header has been read.
        if unsafe { ffi::jpeg_start_decompress(cinfo) } == 0 {
            return Ok(());
        }
        replace_portable_idct(cinfo);
        let channels = usize::try_from(cinfo.output_components).unwrap_or(0);
        let row_bytes = width * channels;
        let samples =
            samples.insert(Samples { width, height, channels, rows: 0, data: vec![0; row_bytes * height] });
        for row in samples.data.chunks_exact_mut(row_bytes) {
            let mut target = row.as_mut_ptr();
            // SAFETY: libjpeg writes `output_width * output_components` bytes to the one row it is given;
            // without scaling `output_width` is `image_width`, so that is `row_bytes`, the length of `row`.
            if unsafe { ffi::jpeg_read_scanlines(cinfo, &raw mut target, 1) } != 1 {
                break;
            }
            samples.rows += 1;
        }
        Ok(())
    }

    /// Creates libjpeg's decompressor and points it to the callbacks and the stream.
    fn connect(&mut self) {
        let heap = self.heap.as_ptr();
        // SAFETY: `heap` is a live allocation of our own at a fixed address. libjpeg keeps pointers into it and
        // into `stream`; both outlive it, since `Drop` destroys the decompressor before it frees the heap.
        // `jpeg_CreateDecompress` checks the size of the struct against the C library's own.
        unsafe {
            (*heap).cinfo.common.err = ffi::jpeg_std_error(&mut (*heap).error);
            (*heap).error.error_exit = Some(throw_message);
            (*heap).error.output_message = Some(say_nothing);
            let size = size_of::<ffi::jpeg_decompress_struct>();
            ffi::jpeg_CreateDecompress(&raw mut (*heap).cinfo, ffi::JPEG_LIB_VERSION, size);
            (*heap).source = ffi::jpeg_source_mgr {
                next_input_byte: self.stream.as_ptr(),
                bytes_in_buffer: self.stream.len(),
                init_source: Some(do_nothing),
                fill_input_buffer: Some(no_more_data),
                skip_input_data: Some(skip),
                resync_to_restart: Some(ffi::jpeg_resync_to_restart),
                term_source: Some(do_nothing),
            };
            (*heap).cinfo.src = &raw mut (*heap).source;
            (*heap).progress.progress_monitor = Some(count_scans);
            (*heap).cinfo.common.progress = &raw mut (*heap).progress;
            (*heap).cinfo.common.client_data = (&raw mut (*heap).max_scans).cast();
            (*heap).max_scans = u64::MAX;
        }
    }

    fn set_scan_limit(&mut self, scans: u64) {
        // SAFETY: see `run`; `max_scans` is an integer of ours inside the live allocation.
        unsafe { (*self.heap.as_ptr()).max_scans = scans.max(1) }
    }

    /// Pixels in a scan, and scans allowed.
    fn scan_limit(&self) -> (u64, u64) {
        // SAFETY: libjpeg is not running, and the allocation is alive.
        let heap = unsafe { self.heap.as_ref() };
        (u64::from(heap.cinfo.image_width) * u64::from(heap.cinfo.image_height), heap.max_scans)
    }
}

impl Drop for Decompressor<'_> {
    fn drop(&mut self) {
        // SAFETY: the pointer came from a `Box` and is given back once. Destroying is allowed in every state,
        // a zeroed struct included (its memory manager is null, and then nothing is freed).
        unsafe {
            ffi::jpeg_destroy_decompress(&mut (*self.heap.as_ptr()).cinfo);
            drop(Box::from_raw(self.heap.as_ptr()));
        }
    }
}

fn choose_colours(cinfo: &mut ffi::jpeg_decompress_struct, colours: Colours) {
    cinfo.out_color_space = match colours {
        Colours::Grey => ffi::JCS_GRAYSCALE,
        Colours::Rgb => ffi::JCS_RGB,
        Colours::Cmyk => ffi::JCS_CMYK,
        Colours::Ycc => {
            cinfo.jpeg_color_space = ffi::JCS_YCbCr;
            ffi::JCS_RGB
        }
        Colours::AsStored => {
            cinfo.jpeg_color_space = ffi::JCS_UNKNOWN;
            ffi::JCS_UNKNOWN
        }
    };
}

type InverseDct = unsafe extern "C-unwind" fn(
    cinfo: *mut ffi::jpeg_decompress_struct,
    component: *mut ffi::jpeg_component_info,
    coefficients: *mut ffi::JCOEF,
    rows: *mut *mut u8,
    column: ffi::JDIMENSION,
);

unsafe extern "C-unwind" {
    /// libjpeg's portable inverse DCT.
    #[link_name = "jpeg_idct_islow"]
    safe static PORTABLE_IDCT: u8;
}

/// `struct jpeg_inverse_dct` of `jpegint.h`.
#[repr(C)]
struct InverseDcts {
    start_pass: Option<unsafe extern "C-unwind" fn(*mut ffi::jpeg_decompress_struct)>,
    of_component: [Option<InverseDct>; 10],
}

/// Puts [`idct`] where libjpeg was built without vector code, so that both builds give the same samples.
fn replace_portable_idct(cinfo: &mut ffi::jpeg_decompress_struct) {
    // `idct` is the fourth of the pointers that end the struct: idct, upsample, cconvert, cquantize.
    let pointers = size_of::<ffi::jpeg_decompress_struct>() / size_of::<*mut InverseDcts>();
    // SAFETY: `jpeg_CreateDecompress` has checked that the struct has the size that the C library gives it, and
    // its tail has not changed since libjpeg 6. `jpeg_start_decompress` has made what the pointer points to.
    let inverse_dcts = unsafe {
        let fields = ptr::from_mut(cinfo).cast::<*mut InverseDcts>();
        &mut **fields.add(pointers - 4)
    };
    for method in &mut inverse_dcts.of_component {
        let is_portable = method.is_some_and(|method| ptr::eq(method as *const u8, &raw const PORTABLE_IDCT));
        if is_portable {
            *method = Some(inverse_dct);
        }
    }
}

unsafe extern "C-unwind" fn inverse_dct(
    _: *mut ffi::jpeg_decompress_struct,
    component: *mut ffi::jpeg_component_info,
    coefficients: *mut ffi::JCOEF,
    rows: *mut *mut u8,
    column: ffi::JDIMENSION,
) {
    // SAFETY: libjpeg passes a component, a block of 64 coefficients, and eight row pointers with at least eight
    // samples from `column` on; the quantisation table is null or latched for the whole picture.
    unsafe {
        let table = (*component).quant_table.as_ref();
        let quantisers = table.map_or(&[0; 64], |table| &table.quantval);
        let block = idct::samples(&*coefficients.cast::<[i16; 64]>(), quantisers);
        for (y, row) in block.iter().enumerate() {
            let target = (*rows.add(y)).add(column as usize);
            target.copy_from_nonoverlapping(row.as_ptr(), row.len());
        }
    }
}

/// Does not return: unwinds to [`decompress`] with libjpeg's message.
unsafe extern "C-unwind" fn throw_message(cinfo: &mut ffi::jpeg_common_struct) {
    let mut text = [0_u8; 80];
    // SAFETY: `err` is the error table that `connect` set. The function writes at most 80 bytes, zero at the
    // end; the binding takes the buffer as shared, so the pointer is passed as one that may be written.
    unsafe {
        type Format = unsafe extern "C-unwind" fn(&mut ffi::jpeg_common_struct, *mut u8);
        type Declared = unsafe extern "C-unwind" fn(&mut ffi::jpeg_common_struct, &[u8; 80]);
        if let Some(format) = (*cinfo.err).format_message {
            let format = mem::transmute::<Declared, Format>(format);
            format(cinfo, text.as_mut_ptr());
        }
    }
    let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
    let message = String::from_utf8_lossy(text.get(..end).unwrap_or_default()).into_owned();
    resume_unwind(Box::new(Fatal(message)));
}

/// Called between steps of a progressive decode.
unsafe extern "C-unwind" fn count_scans(common: &mut ffi::jpeg_common_struct) {
    let max_scans = common.client_data.cast::<u64>();
    let cinfo = ptr::from_mut(common).cast::<ffi::jpeg_decompress_struct>();
    // SAFETY: `connect` set `client_data`; the common struct is the head of the decompressor's.
    let (scan, max_scans) = unsafe { ((*cinfo).input_scan_number, *max_scans) };
    if u64::try_from(scan).is_ok_and(|scan| scan > max_scans) {
        resume_unwind(Box::new(ScanLimit));
    }
}

unsafe extern "C-unwind" fn say_nothing(_: &mut ffi::jpeg_common_struct) {}

unsafe extern "C-unwind" fn do_nothing(_: &mut ffi::jpeg_decompress_struct) {}

/// The whole stream is in the buffer from the start, so wanting more means that there is none: libjpeg stops
/// where it is and returns.
unsafe extern "C-unwind" fn no_more_data(_: &mut ffi::jpeg_decompress_struct) -> ffi::boolean {
    0
}

unsafe extern "C-unwind" fn skip(cinfo: &mut ffi::jpeg_decompress_struct, bytes: c_long) {
    // SAFETY: `src` is the source that `connect` set, and its buffer has `bytes_in_buffer` bytes left.
    unsafe {
        let source = &mut *cinfo.src;
        let bytes = usize::try_from(bytes).unwrap_or(0).min(source.bytes_in_buffer);
        source.next_input_byte = source.next_input_byte.add(bytes);
        source.bytes_in_buffer -= bytes;
    }
}
