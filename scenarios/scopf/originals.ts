import type { DataSet, Download } from '../data-set.js';
import { npyBytes } from './npy.js';
import { tensorData } from './tensor.js';

const COMMIT = 'cd6e94e4754586dd64edaba7a7af27f5888163c4';

const original = (path: string, size: number, sha256: string): Download => ({
  file: path.replace(/.*\//, ''),
  url: `https://raw.githubusercontent.com/Robbybp/moai-examples/${COMMIT}/${path}`,
  size,
  sha256,
});

/** A matrix that was saved by PyTorch, and the same as `.npy`. */
const matrix = (
  path: string,
  size: number,
  sha256: string,
  [rows, columns]: readonly [number, number],
  made: string,
): Download => {
  const from = original(path, size, sha256);
  return {
    ...from,
    made: {
      file: from.file.replace(/\.pt$/, '.npy'),
      sha256: made,
      from: (bytes) => npyBytes({ rows, columns, data: tensorData(bytes, rows * columns, from.file) }),
    },
  };
};

/** The grid of 37 buses and 110 simulated operating points of arXiv 2509.22462. */
export const scopfOriginals: DataSet = {
  about: 'the grid of 37 buses (PSS/E) and 110 simulated operating points with their lowest frequencies',
  licence: 'BSD-3, Triad National Security, LLC (github.com/Robbybp/moai-examples)',
  files: [
    original('scopf/hawaii37.raw', 35240, 'ef228aa6335f7cf24874572344a7efcc284aace7046f5a4e80021031d5c51401'),
    original('scopf/hawaii37.rop', 17165, 'f2728599f8899ce4993e511d9fe76426d26ff7be9cdd47c905ec6decf6be3474'),
    original('scopf/hawaii37.inl', 1664, '9141c37231fa1376be7fe9fd5a0d906fecab71ec414884c9d5146e40c6ec5199'),
    original(
      'scopf/hawaii37-1gen.con',
      50,
      'be421bf852ef5571764e25523aa59562f8ec7085a6ab8c6cc078d11bacae7537',
    ),
    matrix(
      'data/scopf/10_10_gen_load_input_v2.pt',
      104300,
      'f57bef88dbb8c092095796b7689bcea0695a3fa8b6ad1efbd7489b0b46b104db',
      [110, 117],
      '0a70610e065103bab7fb016c19e93386a4d511842296fbb0f22675809fb35da2',
    ),
    matrix(
      'data/scopf/10_10_freq_output_v2.pt',
      33757,
      '625ecd6a06ebfe3d94e3ad7cf1edfcb897de785306e17d8c17b32b717b7f6573',
      [110, 37],
      'f695b5a8a45b20b0d3ed156042c5cab22b8f6bdbe83e925ad59526756376364a',
    ),
  ],
};
