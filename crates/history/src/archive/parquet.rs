//! Rows as Parquet, for whoever reads them with pandas, DuckDB or Spark. No compression of pages: the library's own
//! encodings (dictionaries of names, deltas of numbers) do most of it without another dependency.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{ConvertedType, Encoding, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type};

use super::export::{Columns, Rows};
use crate::Error;

/// Rows in one group: what is in memory at a time.
const GROUP: usize = 64 * 1024;
/// Columns that are moments.
const MOMENTS: [&str; 3] = ["at", "from", "to"];

/// Writes rows as a Parquet file.
pub struct ParquetRows<W: Write + Send> {
    out: Option<W>,
    writer: Option<SerializedFileWriter<W>>,
    texts: Vec<Vec<ByteArray>>,
    numbers: Vec<Vec<i64>>,
}

impl<W: Write + Send> std::fmt::Debug for ParquetRows<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParquetRows").finish_non_exhaustive()
    }
}

fn output(error: parquet::errors::ParquetError) -> Error {
    Error::Output(error.to_string())
}

impl<W: Write + Send> ParquetRows<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self { out: Some(out), writer: None, texts: Vec::new(), numbers: Vec::new() }
    }

    fn group(&mut self) -> Result<(), Error> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let mut group = writer.next_row_group().map_err(output)?;
        for texts in &mut self.texts {
            if let Some(mut column) = group.next_column().map_err(output)? {
                column.typed::<ByteArrayType>().write_batch(texts, None, None).map_err(output)?;
                column.close().map_err(output)?;
            }
            texts.clear();
        }
        for numbers in &mut self.numbers {
            if let Some(mut column) = group.next_column().map_err(output)? {
                column.typed::<Int64Type>().write_batch(numbers, None, None).map_err(output)?;
                column.close().map_err(output)?;
            }
            numbers.clear();
        }
        group.close().map_err(output)?;
        Ok(())
    }
}

impl<W: Write + Send> Rows for ParquetRows<W> {
    fn begin(&mut self, columns: &Columns) -> Result<(), Error> {
        let column = |name: &str, physical: Physical, converted: ConvertedType| {
            let made = Type::primitive_type_builder(name, physical);
            let made = made.with_repetition(Repetition::REQUIRED).with_converted_type(converted).build();
            made.map(Arc::new).map_err(output)
        };
        let texts = columns.texts.iter().map(|name| column(name, Physical::BYTE_ARRAY, ConvertedType::UTF8));
        let moment = |name: &str| MOMENTS.contains(&name);
        let numbers = columns.numbers.iter().map(|name| {
            let converted = if moment(name) { ConvertedType::TIMESTAMP_MILLIS } else { ConvertedType::INT_64 };
            column(name, Physical::INT64, converted)
        });
        let fields = texts.chain(numbers).collect::<Result<Vec<_>, _>>()?;
        let schema = Type::group_type_builder("history").with_fields(fields).build().map_err(output)?;
        let mut properties = WriterProperties::builder();
        for name in columns.numbers {
            let path = ColumnPath::from(*name);
            properties = properties.set_column_dictionary_enabled(path.clone(), false);
            properties = properties.set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
        }
        let out = self.out.take().ok_or_else(|| Error::Output("begun twice".to_owned()))?;
        let writer = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties.build()));
        self.writer = Some(writer.map_err(output)?);
        self.texts = vec![Vec::with_capacity(GROUP); columns.texts.len()];
        self.numbers = vec![Vec::with_capacity(GROUP); columns.numbers.len()];
        Ok(())
    }

    fn row(&mut self, texts: &[&str], numbers: &[i64]) -> Result<(), Error> {
        self.texts.iter_mut().zip(texts).for_each(|(column, text)| column.push(ByteArray::from(*text)));
        self.numbers.iter_mut().zip(numbers).for_each(|(column, number)| column.push(*number));
        if self.numbers.first().is_some_and(|column| column.len() >= GROUP) {
            self.group()?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Error> {
        if self.numbers.first().is_some_and(|column| !column.is_empty()) {
            self.group()?;
        }
        if let Some(writer) = self.writer.take() {
            writer.close().map_err(output)?;
        }
        Ok(())
    }
}
