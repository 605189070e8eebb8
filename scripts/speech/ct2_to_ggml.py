"""Writes Whisper weights of CTranslate2 (faster-whisper) in whisper.cpp's format: ct2_to_ggml.py FOLDER OUTPUT [q8_0]."""
import json
import struct
import sys
from pathlib import Path

import numpy as np

DTYPES = [np.float32, np.int8, np.int16, np.int32, np.float16]


def variables(path):
    """Every variable of CTranslate2's file by its name."""
    data = path.read_bytes()
    at = 0

    def number(form):
        nonlocal at
        (value,) = struct.unpack_from("<" + form, data, at)
        at += struct.calcsize("<" + form)
        return value

    def text():
        nonlocal at
        length = number("H")
        value = data[at : at + length - 1].decode()
        at += length
        return value

    version = number("I")
    if version < 6:
        sys.exit(f"the file has version {version} of the format; 6 is the one that is read")
    text()
    number("I")
    found = {}
    for _ in range(number("I")):
        name = text()
        shape = [number("I") for _ in range(number("B"))]
        dtype = DTYPES[number("B")]
        size = number("I")
        found[name] = np.frombuffer(data, dtype, offset=at, count=size // np.dtype(dtype).itemsize).reshape(shape)
        at += size
    for _ in range(number("I")):
        alias, name = text(), text()
        found[alias] = found[name]
    return found


def mel_filters(bands, size=400, rate=16000):
    """Slaney's, as librosa makes them and Whisper was trained with."""
    step, log_from, log_mel = 200.0 / 3, 1000.0, 15.0
    log_step = np.log(6.4) / 27.0
    highest = log_mel + np.log(rate / 2 / log_from) / log_step
    mels = np.linspace(0.0, highest, bands + 2)
    hertz = np.where(mels < log_mel, mels * step, log_from * np.exp(log_step * (mels - log_mel)))
    bins = np.fft.rfftfreq(size, 1.0 / rate)
    width = np.diff(hertz)
    slopes = hertz[:, None] - bins[None, :]
    filters = np.maximum(0, np.minimum(-slopes[:-2] / width[:-1, None], slopes[2:] / width[1:, None]))
    return (filters * (2.0 / (hertz[2:] - hertz[:-2]))[:, None]).astype(np.float32)


def byte_decoder():
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {**{chr(b): b for b in printable}, **{chr(256 + n): b for n, b in enumerate(others)}}


def vocabulary(folder):
    file = folder / "vocabulary.json"
    words = json.loads(file.read_text()) if file.exists() else (folder / "vocabulary.txt").read_text().split("\n")
    decoder = byte_decoder()
    end = words.index("<|endoftext|>")
    return [bytes(decoder[c] for c in word) for word in words[:end]], len([w for w in words if w != ""]) if not file.exists() else len(words)


def named(found):
    """The names and shapes of OpenAI's checkpoint, which whisper.cpp keeps."""
    yield "encoder.positional_embedding", found["encoder/position_encodings/encodings"]
    for n in (1, 2):
        yield f"encoder.conv{n}.weight", found[f"encoder/conv{n}/weight"]
        yield f"encoder.conv{n}.bias", found[f"encoder/conv{n}/bias"].reshape(-1, 1)
    yield "encoder.ln_post.weight", found["encoder/layer_norm/gamma"]
    yield "encoder.ln_post.bias", found["encoder/layer_norm/beta"]
    yield "decoder.positional_embedding", found["decoder/position_encodings/encodings"]
    yield "decoder.token_embedding.weight", found["decoder/embeddings/weight"]
    yield "decoder.ln.weight", found["decoder/layer_norm/gamma"]
    yield "decoder.ln.bias", found["decoder/layer_norm/beta"]
    for side in ("encoder", "decoder"):
        layer = 0
        while f"{side}/layer_{layer}/ffn/linear_0/weight" in found:
            yield from block(found, f"{side}/layer_{layer}", f"{side}.blocks.{layer}", side == "decoder")
            layer += 1


def block(found, source, target, crosses):
    def linear(name, place, parts):
        weights = np.split(found[f"{place}/weight"], len(parts))
        biases = np.split(found[f"{place}/bias"], len(parts))
        for part, weight, bias in zip(parts, weights, biases):
            yield f"{target}.{name}.{part}.weight" if part else f"{target}.{name}.weight", weight
            # Whisper's keys have no bias; CTranslate2 keeps zeros in its place.
            if part != "key":
                yield f"{target}.{name}.{part}.bias" if part else f"{target}.{name}.bias", bias

    def norm(name, place):
        yield f"{target}.{name}.weight", found[f"{place}/layer_norm/gamma"]
        yield f"{target}.{name}.bias", found[f"{place}/layer_norm/beta"]

    own = f"{source}/self_attention"
    yield from norm("attn_ln", own)
    yield from linear("attn", f"{own}/linear_0", ["query", "key", "value"])
    yield from linear("attn.out", f"{own}/linear_1", [""])
    if crosses:
        cross = f"{source}/attention"
        yield from norm("cross_attn_ln", cross)
        yield from linear("cross_attn", f"{cross}/linear_0", ["query"])
        yield from linear("cross_attn", f"{cross}/linear_1", ["key", "value"])
        yield from linear("cross_attn.out", f"{cross}/linear_2", [""])
    yield from norm("mlp_ln", f"{source}/ffn")
    yield from linear("mlp.0", f"{source}/ffn/linear_0", [""])
    yield from linear("mlp.2", f"{source}/ffn/linear_1", [""])


def eight_bits(values):
    """Blocks of 32 with a scale each: ggml's q8_0."""
    blocks = values.astype(np.float32).reshape(-1, 32)
    scale = np.abs(blocks).max(1) / 127
    scale[scale == 0] = 1e-8
    packed = np.empty((blocks.shape[0], 34), np.uint8)
    packed[:, :2] = scale.astype(np.float16).reshape(-1, 1).view(np.uint8)
    packed[:, 2:] = np.round(blocks / scale[:, None]).astype(np.int8).view(np.uint8)
    return packed


def main(folder, output, quantised):
    found = variables(folder / "model.bin")
    tokens, _ = vocabulary(folder)
    embeddings = found["decoder/embeddings/weight"]
    state = embeddings.shape[1]
    conv = found["encoder/conv1/weight"]
    layers = lambda side: sum(1 for n in range(100) if f"{side}/layer_{n}/ffn/linear_0/weight" in found)
    heads = state // 64
    audio = found["encoder/position_encodings/encodings"].shape[0]
    text = found["decoder/position_encodings/encodings"].shape[0]
    mels = conv.shape[1]
    with output.open("wb") as out:
        write = lambda *numbers: out.write(struct.pack(f"<{len(numbers)}i", *numbers))
        write(0x67676D6C, embeddings.shape[0], audio, state, heads, layers("encoder"))
        write(text, state, heads, layers("decoder"), mels, 2007 if quantised else 1)
        filters = mel_filters(mels)
        write(*filters.shape)
        out.write(filters.tobytes())
        write(len(tokens))
        for token in tokens:
            write(len(token))
            out.write(token)
        for name, values in named(found):
            small = values.ndim < 2 or name.endswith(("positional_embedding", "conv1.bias", "conv2.bias"))
            kind = 0 if small else 8 if quantised and values.ndim == 2 else 1
            shape = reversed(values.shape)
            values = eight_bits(values) if kind == 8 else values.astype(np.float16 if kind == 1 else np.float32)
            write(values.ndim, len(name), kind, *shape)
            out.write(name.encode())
            out.write(np.ascontiguousarray(values).tobytes())


main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:] == ["q8_0"])
