"""Architectures of transformers and timm with small configurations and random weights, for `node dist/bench/exporters.js`.

    pip install torch onnx onnxscript onnxruntime numpy transformers timm
    python bench/peers/networks/known_hubs.py FOLDER [NAME …]

As known_torch.py. Images are made from six numbers by an affine map, so that derivatives stay small; the files also in the form
that ONNX Runtime's optimizer leaves (`optimized.onnx`).
"""

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from known_torch import Of, lin, main, nn, np, onnxruntime, torch

import timm
import transformers as t

HUBS = {}


def hub(name, *shapes, **how):
    def add(make):
        HUBS[name] = (make, shapes, how)

    return add


class Painted(nn.Module):
    """A model of images behind an affine map of six numbers."""

    def __init__(self, inner, *shape):
        super().__init__()
        self.paint, self.inner, self.shape = lin(6, int(np.prod(shape))), inner, shape

    def forward(self, x):
        y = self.inner(torch.tanh(self.paint(x)).reshape(x.shape[0], *self.shape))
        return y if isinstance(y, torch.Tensor) else y[0]


small = {"hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 12, "vocab_size": 11}
eager = {"attn_implementation": "eager"}


def language(kind, config, pick="last_hidden_state", **more):
    """A language model on embedded tokens."""

    def make():
        model = getattr(t, kind)(getattr(t, config)(**more, **eager))
        return Of(lambda m, x: getattr(m.parts[0](inputs_embeds=x), pick), model)

    return make


hub("bert", (1, 3, 8))(language("BertModel", "BertConfig", **small))
hub("bert-pooled", (1, 3, 8))(language("BertModel", "BertConfig", "pooler_output", **small))
hub("roberta", (1, 3, 8))(language("RobertaForSequenceClassification", "RobertaConfig", "logits", **small))
hub("albert", (1, 3, 6))(language("AlbertModel", "AlbertConfig", embedding_size=6, **small))
hub("electra", (1, 3, 8))(language("ElectraModel", "ElectraConfig", embedding_size=8, **small))
hub("mpnet", (1, 3, 8))(language("MPNetModel", "MPNetConfig", **small))
hub("deberta", (1, 3, 8))(language("DebertaV2Model", "DebertaV2Config", **small))
hub("distilbert", (1, 3, 8))(language("DistilBertModel", "DistilBertConfig", dim=8, n_layers=2, n_heads=2, hidden_dim=12, vocab_size=11))
hub("gpt2", (1, 3, 8))(language("GPT2Model", "GPT2Config", n_embd=8, n_layer=2, n_head=2, vocab_size=11, n_positions=8, use_cache=False))
hub("gpt-neox", (1, 3, 8))(language("GPTNeoXModel", "GPTNeoXConfig", use_cache=False, **small))
hub("opt", (1, 3, 8))(language("OPTModel", "OPTConfig", hidden_size=8, num_hidden_layers=2, num_attention_heads=2, ffn_dim=12, vocab_size=11, word_embed_proj_dim=8, max_position_embeddings=8, use_cache=False))
hub("llama", (1, 3, 8))(language("LlamaModel", "LlamaConfig", num_key_value_heads=1, use_cache=False, **small))
hub("mistral", (1, 3, 8))(language("MistralModel", "MistralConfig", num_key_value_heads=1, sliding_window=2, use_cache=False, **small))
hub("qwen2", (1, 3, 8))(language("Qwen2Model", "Qwen2Config", num_key_value_heads=1, use_cache=False, **small))
hub("qwen3", (1, 3, 8))(language("Qwen3Model", "Qwen3Config", num_key_value_heads=1, head_dim=4, use_cache=False, **small))
hub("gemma", (1, 3, 8))(language("GemmaModel", "GemmaConfig", num_key_value_heads=1, head_dim=4, use_cache=False, **small))
hub("phi", (1, 3, 8))(language("PhiModel", "PhiConfig", use_cache=False, **small))
hub("bloom", (1, 3, 8))(language("BloomModel", "BloomConfig", hidden_size=8, n_layer=2, n_head=2, vocab_size=11, use_cache=False))
hub("falcon", (1, 3, 8))(language("FalconModel", "FalconConfig", use_cache=False, **small))
hub("t5-encoder", (1, 3, 8))(language("T5EncoderModel", "T5Config", d_model=8, d_kv=4, d_ff=12, num_layers=2, num_heads=2, vocab_size=11))
hub("funnel", (1, 4, 8))(language("FunnelBaseModel", "FunnelConfig", block_sizes=[1, 1], d_model=8, n_head=2, d_head=4, d_inner=12, vocab_size=11))
hub("mamba", (1, 3, 8))(language("MambaModel", "MambaConfig", hidden_size=8, state_size=4, num_hidden_layers=1, vocab_size=11, use_cache=False))
hub("fnet", (1, 4, 8))(language("FNetModel", "FNetConfig", **small))
hub("wav2vec2", (1, 6))(
    lambda: Painted(t.Wav2Vec2Model(t.Wav2Vec2Config(**{**small, **eager}, conv_dim=[4, 4], conv_stride=[2, 2], conv_kernel=[3, 3], num_feat_extract_layers=2, num_conv_pos_embeddings=4, num_conv_pos_embedding_groups=2)), 40)
)
vision = {**{k: v for k, v in small.items() if k != "vocab_size"}, "image_size": 8, "patch_size": 4}
hub("vit", (1, 6))(lambda: Painted(t.ViTForImageClassification(t.ViTConfig(**vision, **eager)), 3, 8, 8))
hub("deit", (1, 6))(lambda: Painted(t.DeiTModel(t.DeiTConfig(**vision, **eager)), 3, 8, 8))
hub("beit", (1, 6))(lambda: Painted(t.BeitModel(t.BeitConfig(**vision, **eager, use_relative_position_bias=True)), 3, 8, 8))
hub("dinov2", (1, 6))(lambda: Painted(t.Dinov2Model(t.Dinov2Config(**{k: v for k, v in vision.items() if k != "intermediate_size"}, **eager)), 3, 8, 8))
hub("swin", (1, 6))(lambda: Painted(t.SwinModel(t.SwinConfig(image_size=16, patch_size=4, embed_dim=4, depths=[2, 1], num_heads=[1, 2], window_size=2)), 3, 16, 16))
hub("segformer", (1, 6))(lambda: Painted(t.SegformerModel(t.SegformerConfig(num_encoder_blocks=2, depths=[1, 1], sr_ratios=[2, 1], hidden_sizes=[4, 8], patch_sizes=[3, 3], strides=[2, 2], num_attention_heads=[1, 2], mlp_ratios=[2, 2], decoder_hidden_size=4)), 3, 8, 8))
hub("convnext-v2", (1, 6))(lambda: Painted(t.ConvNextV2Model(t.ConvNextV2Config(hidden_sizes=[4, 8], depths=[1, 1], num_stages=2, patch_size=2)), 3, 8, 8))
hub("patch-time-series", (1, 8, 2))(lambda: Of(lambda m, x: m.parts[0](past_values=x).last_hidden_state, t.PatchTSTModel(t.PatchTSTConfig(num_input_channels=2, context_length=8, patch_length=4, patch_stride=2, num_hidden_layers=1, d_model=8, num_attention_heads=2, ffn_dim=12, scaling="std"))))
hub("clip-vision", (1, 6))(lambda: Painted(t.CLIPVisionModel(t.CLIPVisionConfig(**vision, **eager)), 3, 8, 8))
for name, more, side in [
    ("resnet10t", {}, 16),
    ("mobilenetv2_050", {}, 16),
    ("mobilenetv3_small_050", {}, 16),
    ("efficientnet_b0", {}, 16),
    ("mixer_s32_224", {"img_size": 16, "patch_size": 8, "embed_dim": 8, "num_blocks": 2}, 16),
    ("convnext_atto", {"depths": (1, 1, 1, 1), "dims": (4, 6, 8, 10)}, 32),
    ("vit_tiny_patch16_224", {"img_size": 16, "patch_size": 8, "embed_dim": 8, "depth": 2, "num_heads": 2}, 16),
    ("mobileone_s0", {}, 16),
    ("repvgg_a0", {}, 16),
    ("ghostnet_050", {}, 16),
    ("regnetx_002", {}, 16),
    ("densenet121", {"growth_rate": 4, "block_config": (2, 2, 1, 1)}, 32),
]:
    hub(f"timm-{name.replace('_', '-')}", (1, 6))(lambda name=name, more=more, side=side: Painted(timm.create_model(name, num_classes=3, **more), 3, side, side))


def variants(folder):
    """What onnxruntime makes of the exporters' files: its optimizer's graph."""

    for name in sorted(os.listdir(folder)):
        own = os.path.join(folder, name)
        path = os.path.join(own, "model.onnx")
        if not os.path.exists(os.path.join(own, "case.json")) or not os.path.exists(path):
            continue
        with open(os.path.join(own, "case.json")) as file:
            data = json.load(file)
        if not data["exporter"].startswith("torch") or "optimized.onnx" in data["files"] or "in-" in name:
            continue
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = os.path.join(own, "optimized.onnx")
        try:
            onnxruntime.InferenceSession(path, options)
        except Exception as error:
            print(name, "not optimized:", str(error).splitlines()[0][:100], flush=True)
            continue
        data["files"].append("optimized.onnx")
        with open(os.path.join(own, "case.json"), "w") as file:
            json.dump(data, file)


if __name__ == "__main__":
    main(*sys.argv[1:], networks=HUBS)
    variants(sys.argv[1])
