"""The cost of a preset: parameters and multiply-adds."""


def model_cost(preset, size):
    """Parameters and multiply-adds of a preset.

    Args:
      preset: a NetworkPreset.
      size: height and width of the picture.

    Returns:
      A dict of ints: "parameters", "parameters_to_deblur", "macs_to_deblur",
      "macs_all_branches".
    """
    model = preset.make()
    multiple = preset.size_multiple
    size = (size + multiple - 1) // multiple * multiple
    deblur = _traced(model, size, ("primary",))
    return {
        "parameters": model.count_params(),
        "parameters_to_deblur": sum(
            v.shape.num_elements() for v in deblur.variables),
        "macs_to_deblur": _multiply_adds(deblur.graph),
        "macs_all_branches": multiply_adds(model, size),
    }


def multiply_adds(model, size):
    """Multiply-adds of all branches of a model, for a size x size picture."""
    return _multiply_adds(_traced(model, size, model.branches).graph)


def _traced(model, size, heads):
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec([1, size, size, 3])])
    def restore(blurred):
        result = model.restore(blurred, heads=heads)[0]
        return [result[head] for head in heads]

    return restore.get_concrete_function()


def _multiply_adds(graph):
    """Half the float operations, of which biases are less than 1%."""
    import tensorflow as tf
    profiler = tf.compat.v1.profiler
    options = profiler.ProfileOptionBuilder(
        profiler.ProfileOptionBuilder.float_operation()).with_empty_output()
    tf.get_logger().setLevel("ERROR")  # hides the profiler's deprecations
    return profiler.profile(graph, options=options.build()).total_float_ops // 2
