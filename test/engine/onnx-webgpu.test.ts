import { existsSync } from 'node:fs';
import { describe, it } from 'vitest';
import { onnxEngine } from '../../src/engine/onnx/engine.js';
import { engineContract } from './contract.js';

/** The software Vulkan driver in Debian's package chromium, taken where no driver is named. */
const software = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (process.env['VK_DRIVER_FILES'] === undefined && existsSync(software))
  process.env['VK_DRIVER_FILES'] = software;

/** Devices this machine is said to have; one that is named here and absent fails. */
const named = (process.env['GRAYBOX_DEVICES'] ?? '').split(',').includes('webgpu');
const here = named || (existsSync(software) && (await onnxEngine.available('webgpu')) === true);
if (here) engineContract({ engine: onnxEngine, precision: 'f32', device: 'webgpu' });
else
  describe('onnx on webgpu', () => {
    it.skip('needs a Vulkan driver: apt-get install chromium libvulkan1', () => {});
  });
