//! Running what was built with the engine that is always inside.

use rten::{Model, Value, ValueView};
use rten_tensor::Layout;

use super::golden::Tensor;

/// Loads a network and runs it.
pub(crate) fn run(onnx: Vec<u8>, input_name: &str, input: &Tensor, outputs: &[&str]) -> Vec<Tensor> {
    let model = Model::load(onnx).unwrap();
    run_model(&model, input_name, input, outputs)
}

pub(crate) fn run_model(model: &Model, input_name: &str, input: &Tensor, outputs: &[&str]) -> Vec<Tensor> {
    let value = ValueView::from_shape(input.shape.as_slice(), &input.values).unwrap();
    let ids: Vec<_> = outputs.iter().map(|name| model.node_id(name).unwrap()).collect();
    let results = model.run(vec![(model.node_id(input_name).unwrap(), value.into())], &ids, None).unwrap();
    results
        .into_iter()
        .map(|value| {
            let shape = value.shape().to_vec();
            let Value::FloatTensor(tensor) = value else { panic!("an output is not f32") };
            Tensor { shape, values: tensor.into_data() }
        })
        .collect()
}
