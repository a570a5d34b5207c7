//! The only door to libjpeg's compressor. Fatal errors unwind, as in the decompressor's file.
#![expect(unsafe_code, reason = "libjpeg is C; this file holds every call to its compressor")]

use std::mem;
use std::os::raw::c_int;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::{self, NonNull};

use mozjpeg_sys as ffi;

use super::EncodeJpegError;
use crate::image::RgbImage;

/// Bytes that libjpeg writes before they are taken from it.
const CHUNK: usize = 1 << 16;

/// libjpeg's state and the tables it points to, at one address that never moves.
struct Heap {
    cinfo: ffi::jpeg_compress_struct,
    error: ffi::jpeg_error_mgr,
    destination: ffi::jpeg_destination_mgr,
    chunk: [u8; CHUNK],
    written: Vec<u8>,
}

struct Compressor(NonNull<Heap>);

/// A fatal error.
struct Fatal(c_int);

pub(super) fn compress(image: &RgbImage, quality: u8) -> Result<Vec<u8>, EncodeJpegError> {
    let (Ok(width), Ok(height)) = (u16::try_from(image.width()), u16::try_from(image.height())) else {
        return Err(EncodeJpegError(format!("{} x {} pixels", image.width(), image.height())));
    };
    let mut compressor = Compressor::new();
    let run = || compressor.run(image, u32::from(width), u32::from(height), c_int::from(quality));
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(bytes) => Ok(bytes),
        Err(payload) => match payload.downcast::<Fatal>() {
            Ok(fatal) => Err(EncodeJpegError(format!("error {}", fatal.0))),
            Err(payload) => resume_unwind(payload),
        },
    }
}

impl Compressor {
    fn new() -> Self {
        // SAFETY: the three are C structs of integers, nullable pointers, optional functions and enums with a zero
        // variant: all zero bytes are a value of each.
        let (cinfo, error, destination) = unsafe { (mem::zeroed(), mem::zeroed(), mem::zeroed()) };
        let heap = Box::new(Heap { cinfo, error, destination, chunk: [0; CHUNK], written: Vec::new() });
        Self(NonNull::from(Box::leak(heap)))
    }

    fn run(&mut self, image: &RgbImage, width: u32, height: u32, quality: c_int) -> Vec<u8> {
        let heap = self.0.as_ptr();
        // SAFETY: `heap` is a live allocation of our own at a fixed address, and libjpeg keeps pointers only into it;
        // `Drop` destroys the compressor before it frees the heap. `jpeg_CreateCompress` checks the size of the struct.
        // Each row that libjpeg reads has `width * 3` bytes, which is what three components of RGB take; it does not
        // write to them.
        unsafe {
            (*heap).cinfo.common.err = ffi::jpeg_std_error(&mut (*heap).error);
            (*heap).error.error_exit = Some(throw);
            (*heap).error.output_message = Some(say_nothing);
            let size = size_of::<ffi::jpeg_compress_struct>();
            ffi::jpeg_CreateCompress(&raw mut (*heap).cinfo, ffi::JPEG_LIB_VERSION, size);
            (*heap).destination.init_destination = Some(offer_chunk);
            (*heap).destination.empty_output_buffer = Some(take_chunk);
            (*heap).destination.term_destination = Some(take_rest);
            (*heap).cinfo.dest = &raw mut (*heap).destination;
            (*heap).cinfo.common.client_data = heap.cast();
            let cinfo = &mut (*heap).cinfo;
            // The profile decides what the defaults are, so it goes first: libjpeg-turbo's, not mozjpeg's.
            let profile = ffi::JCP_FASTEST as c_int;
            ffi::jpeg_c_set_int_param(cinfo, ffi::JINT_COMPRESS_PROFILE, profile);
            cinfo.image_width = width;
            cinfo.image_height = height;
            cinfo.input_components = 3;
            cinfo.in_color_space = ffi::JCS_RGB;
            ffi::jpeg_set_defaults(cinfo);
            ffi::jpeg_set_quality(cinfo, quality, 1);
            ffi::jpeg_start_compress(cinfo, 1);
            for row in image.rows() {
                let mut row = row.as_ptr().cast_mut();
                ffi::jpeg_write_scanlines(cinfo, ptr::from_mut(&mut row).cast(), 1);
            }
            ffi::jpeg_finish_compress(cinfo);
            mem::take(&mut (*heap).written)
        }
    }
}

impl Drop for Compressor {
    fn drop(&mut self) {
        // SAFETY: the pointer came from a `Box` and is given back once. Destroying is allowed in every state.
        unsafe {
            ffi::jpeg_destroy_compress(&mut (*self.0.as_ptr()).cinfo);
            drop(Box::from_raw(self.0.as_ptr()));
        }
    }
}

/// The heap that `run` hung on the compressor.
///
/// # Safety
///
/// Only for callbacks of a compressor that [`Compressor::run`] set up, while they run.
unsafe fn heap_of(cinfo: &mut ffi::jpeg_compress_struct) -> *mut Heap {
    cinfo.common.client_data.cast()
}

unsafe extern "C-unwind" fn offer_chunk(cinfo: &mut ffi::jpeg_compress_struct) {
    // SAFETY: this is a callback; libjpeg does not touch the chunk while it runs.
    unsafe {
        let heap = heap_of(cinfo);
        (*heap).destination.next_output_byte = (&raw mut (*heap).chunk).cast();
        (*heap).destination.free_in_buffer = CHUNK;
    }
}

/// The chunk is full, whatever `free_in_buffer` says.
unsafe extern "C-unwind" fn take_chunk(cinfo: &mut ffi::jpeg_compress_struct) -> ffi::boolean {
    // SAFETY: as above.
    unsafe {
        let heap = heap_of(cinfo);
        let chunk = &(*heap).chunk;
        (*heap).written.extend_from_slice(chunk);
        offer_chunk(cinfo);
    }
    1
}

unsafe extern "C-unwind" fn take_rest(cinfo: &mut ffi::jpeg_compress_struct) {
    // SAFETY: as above.
    unsafe {
        let heap = heap_of(cinfo);
        let used = CHUNK - (*heap).destination.free_in_buffer.min(CHUNK);
        let chunk = &(*heap).chunk;
        (*heap).written.extend_from_slice(chunk.get(..used).unwrap_or_default());
    }
}

/// Does not return: unwinds to [`compress`] with the number of libjpeg's message.
unsafe extern "C-unwind" fn throw(cinfo: &mut ffi::jpeg_common_struct) {
    // SAFETY: `err` is the error table that `run` set.
    let code = unsafe { (*cinfo.err).msg_code };
    resume_unwind(Box::new(Fatal(code)));
}

unsafe extern "C-unwind" fn say_nothing(_: &mut ffi::jpeg_common_struct) {}
