//! What comes out of a build that succeeded.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha384};

use crate::diagnostic::{Code, Diagnostic};
use crate::stage::Timings;

/// A finished module and everything known about it.
///
/// Everything but `timings` depends on the request and the builder's version alone; those belong
/// to this one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Artifact {
    /// The ES module, UTF-8.
    pub code: String,
    /// Its source map, JSON by ECMA-426, where the request asked for one beside the module.
    pub map: Option<String>,
    /// BLAKE3 of `code`, 64 lower-case hexadecimal digits.
    pub digest: String,
    /// Subresource integrity of `code`, `sha384-` and base64, for `<script integrity>`.
    pub integrity: String,
    /// How large `code` is.
    pub bytes: ArtifactBytes,
    /// Exported names, sorted.
    pub exports: Vec<String>,
    /// The globals that the module reads when it is evaluated, in the order of reading.
    pub globals: Vec<GlobalRead>,
    /// Bare imports that are left in the module (mode `external`), sorted.
    pub imports: Vec<String>,
    /// What went in and what came out, JSON in the format of
    /// [esbuild's metafile](https://esbuild.github.io/api/#metafile).
    pub metafile: String,
    /// The codes of the faults that were mended, in the order of the source; each has a diagnostic.
    pub repairs: Vec<Code>,
    /// Warnings and notes; a build with an error has no artifact.
    pub diagnostics: Vec<Diagnostic>,
    /// Time spent in each stage.
    pub timings: Timings,
}

/// Sizes of a module, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ArtifactBytes {
    /// As it is.
    pub raw: u64,
    /// After gzip at its best level.
    pub gzip: u64,
    /// After Brotli at level 4, which servers use where they compress as they answer.
    #[serde(rename = "br")]
    pub brotli: u64,
}

/// One global of the page that a module reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GlobalRead {
    /// The name of the global, for example `Remotion`.
    pub global: String,
    /// The module that it stands for, for example `remotion`.
    pub module: String,
    /// The members that are read by name, sorted. Where the global is used as a whole, others may
    /// be read besides.
    pub members: Vec<String>,
}

/// BLAKE3 of a module, in hexadecimal.
#[must_use]
pub fn digest(code: &str) -> String {
    blake3::hash(code.as_bytes()).to_hex().to_string()
}

/// Subresource integrity of a module: <https://www.w3.org/TR/SRI/>.
#[must_use]
pub fn integrity(code: &str) -> String {
    format!(
        "sha384-{}",
        STANDARD.encode(Sha384::digest(code.as_bytes()))
    )
}

/// Measures a module. Costs about a quarter of a millisecond for a component of some kilobytes.
#[must_use]
pub fn measure(code: &str) -> ArtifactBytes {
    ArtifactBytes {
        raw: code.len() as u64,
        gzip: gzip_bytes(code),
        brotli: brotli_bytes(code),
    }
}

/// Level 5 saves 6 to 8% more and takes twice as long; level 11 saves 9 to 13% and takes three to six
/// milliseconds for a component that is built in less than two.
const BROTLI_LEVEL: u32 = 4;
/// The default window. A smaller one sends the encoder a way that takes thirty times as long.
const BROTLI_WINDOW_BITS: u32 = 22;
/// The encoder's buffer.
const BROTLI_BUFFER_BYTES: usize = 4096;

fn brotli_bytes(code: &str) -> u64 {
    let counter = Counter(0);
    let mut encoder = brotli::CompressorWriter::new(
        counter,
        BROTLI_BUFFER_BYTES,
        BROTLI_LEVEL,
        BROTLI_WINDOW_BITS,
    );
    // A counter takes every byte.
    match encoder.write_all(code.as_bytes()) {
        Ok(()) => encoder.into_inner().0,
        Err(_) => 0,
    }
}

fn gzip_bytes(code: &str) -> u64 {
    let mut encoder = GzEncoder::new(Counter(0), Compression::best());
    // A counter takes every byte, so neither step can fail; a size of 0 would say so if it did.
    match encoder
        .write_all(code.as_bytes())
        .and_then(|()| encoder.finish())
    {
        Ok(counter) => counter.0,
        Err(_) => 0,
    }
}

/// Counts what is written to it.
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{digest, integrity, measure};

    #[test]
    fn digests_are_those_that_other_tools_print() {
        // `printf abc | b3sum`, and `printf abc | openssl dgst -sha384 -binary | base64`.
        assert_eq!(
            digest("abc"),
            "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85"
        );
        assert_eq!(
            integrity("abc"),
            "sha384-ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP/W+2AhgcroefMI1i67KE0yCWn"
        );
    }

    #[test]
    fn compressed_sizes_are_smaller_than_a_repetitive_text_and_never_zero() {
        let text = "export default function Title() {}".repeat(50);
        let bytes = measure(&text);
        assert_eq!(bytes.raw, text.len() as u64);
        assert!(bytes.gzip > 20 && bytes.gzip < 200, "{}", bytes.gzip);
        assert!(
            bytes.brotli > 20 && bytes.brotli < bytes.gzip,
            "{}",
            bytes.brotli
        );
    }
}
