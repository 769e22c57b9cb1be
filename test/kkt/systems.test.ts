import { openAugmented, openBordered, openDenseKkt, openKkt, openSchur } from '../../solvers/kkt/index.js';
import { kktContract } from './contract.js';

kktContract('augmented', openAugmented);
kktContract('bordered', openBordered);
kktContract('dense', openDenseKkt);
kktContract('schur', openSchur);
kktContract('chosen', openKkt);
