"""The training step of a generator and its critic, as one tf.function."""

import dataclasses
import typing

import tensorflow as tf

from ha_deblur.commandline import UserError


@dataclasses.dataclass(frozen=True)
class Adversary:
    """The adversary of a generator: a critic and how it is trained.

    Attributes:
      critic: a Keras model.
      optimizer: the critic's, see `optimizer_like`.
      critic_loss: a function (critic, real, fake, seed) that returns the scalar
        that the critic minimizes; the seed is an int32 tensor, different each
        time.
      adversarial_loss: a function (critic, fake) that returns the generator's
        scalar loss.
      steps: steps of the critic for each step of the generator.
    """

    critic: tf.keras.Model
    optimizer: tf.keras.optimizers.Optimizer
    critic_loss: typing.Callable
    adversarial_loss: typing.Callable
    steps: int = 1

    def train(self, real, fake):
        """One step of the critic; returns its loss before it, a scalar."""
        seed = tf.cast(self.optimizer.iterations, tf.int32)
        variables = self.critic.trainable_variables
        with tf.GradientTape() as tape:
            loss = self.critic_loss(self.critic, real, fake, seed)
        self.optimizer.apply_gradients(
            zip(tape.gradient(loss, variables), variables))
        return loss

    def training_state(self):
        """What checkpoints must hold, by name."""
        return {"critic": self.critic, "critic_optimizer": self.optimizer}


def optimizer_like(optimizer, variables):
    """A new optimizer of the same kind and settings, built for `variables`.

    At every step `adversarial_step` sets its learning rate to the first one's.
    """
    same = type(optimizer).from_config(
        {**optimizer.get_config(), "learning_rate": 0.0})
    same.build(variables)
    return same


def adversarial_step(restore, variables, optimizer, adversary,
                     jit_compile=False):
    """The step of a generator after `adversary.steps` steps of its critic.

    All of these steps use the same batch and the same restored images.

    Args:
      restore: a function of blurred and sharp images [b, h, w, 3] in [0, 1]
        and an int32 tensor, the seed of its random draws. It returns the sharp
        and the restored images as the critic takes them, and a dict of the
        scalars that the generator minimizes besides the adversarial loss.
      variables: the generator's.
      optimizer: the generator's, built for them.
      adversary: an Adversary.
      jit_compile: whether XLA compiles it.

    Returns:
      A function of a batch's four parts that updates both networks and returns
      a dict of scalars: `restore`'s, "adversarial", their sum "total", and
      "critic", which the critic minimizes.

    Raises:
      UserError: --precision or --strategy is not supported.
    """
    if (tf.keras.mixed_precision.global_policy().compute_dtype != "float32"
            or tf.distribute.get_strategy().num_replicas_in_sync > 1):
        raise UserError(
            "a network with a critic trains in float32 on one device: give "
            "--precision=float32 --strategy=one")

    # A separate function, so that its graph is built once for all steps.
    train_critic = tf.function(adversary.train)

    @tf.function(jit_compile=jit_compile)
    def step(blurred, sharp, mask, unlabelled):
        del mask, unlabelled
        adversary.optimizer.learning_rate.assign(optimizer.learning_rate)
        seed = tf.cast(optimizer.iterations, tf.int32)
        with tf.GradientTape() as tape:
            real, fake, losses = restore(blurred, sharp, seed)
            with tape.stop_recording():
                for _ in range(adversary.steps):
                    of_critic = train_critic(real, fake)
            adversarial = adversary.adversarial_loss(adversary.critic, fake)
            losses = {**losses, "adversarial": adversarial}
            total = tf.add_n(list(losses.values()))
        optimizer.apply_gradients(
            zip(tape.gradient(total, variables), variables))
        return {"total": total, **losses, "critic": of_critic}

    return step
