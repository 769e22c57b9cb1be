import type { PsseTexts } from '../../src/read/psse.js';

/** A little grid that has one of everything; tests count its lines. */
export const plain = {
  raw: `0, 100.0, 33, 0, 1, 60.0 / a comment, with 'quotes'
LITTLE GRID
second title
1,'ONE         ',230.0,3,1,1,1,1.02,0.0,1.1,0.9,1.15,0.85
2,'TWO',230.0,2,1,1,1,1.01,-2.0,1.1,0.9,1.15,0.85
3,'THREE',115.0,1,2,1,1,0.98,-4.0,1.1,0.9,1.15,0.85
4,'FOUR',13.8,1,2,1,1,0.97,-5.0,1.1,0.9,1.15,0.85
5,'OFF',13.8,4,2,1,1,1.0,0.0,1.1,0.9,1.15,0.85
0 / END OF BUS DATA, BEGIN LOAD DATA
3,'1 ',1,1,1,40.0,10.0,5.0,2.0,3.0,1.0,1,1,0
3,'2 ',0,1,1,99.0,99.0
5,'1 ',1,1,1,7.0,7.0
0 / END OF LOAD DATA, BEGIN FIXED SHUNT DATA
3,'1',1,1.5,12.0
0 / END OF FIXED SHUNT DATA, BEGIN GENERATOR DATA
1,'10',50.0,5.0,60.0,-40.0,1.02,0,120.0,0,1,0,0,1,1,100,110.0,10.0
1,'2 ',20.0,3.0,30.0,-20.0,1.02,0,60.0,0,1,0,0,1,1,100,55.0,5.0
2,'1 ',10.0,1.0,20.0,-20.0,1.01,0,50.0,0,1,0,0,1,1,100,45.0,0.0
0 / END OF GENERATOR DATA, BEGIN BRANCH DATA
1,2,'1 ',0.01,0.1,0.04,100,110,120,0,0,0,0,1,1
1,-2,'2 ',0.01,0.1,0,0,0,0,0.001,0.02,0.003,0.05,1,1
0 / END OF BRANCH DATA, BEGIN TRANSFORMER DATA
2,3,0,'1 ',1,1,1,0.002,-0.01,2,'T1          ',1,1,1.0
0.005,0.12,100.0
1.05,0.0,30.0,80,90,95
0.98,0.0
3,4,0,'1 ',2,2,1,0,0,2,'T2',1,1,1.0
0.004,0.1,50.0
121.0,110.0,0.0,60,60,60
13.5,13.2
1,3,4,'1 ',1,1,1,0,0,2,'T3',1,1,1.0
0.01,0.2,100,0.02,0.3,100,0.03,0.4,100,1.0,-3.0
1.0,0,0,70,70,70
1.0,0,30,60,60,60
1.0,0,0,50,50,50
0 / END OF TRANSFORMER DATA, BEGIN AREA DATA
1,0,0,1,'A'
0 / END OF AREA DATA, BEGIN TWO-TERMINAL DC DATA
0 / VSC
0 / IMPEDANCE
0 / MULTI-TERMINAL DC
0 / MULTI-SECTION
0 / ZONE
0 / INTER-AREA
0 / OWNER
0 / FACTS
0 / SWITCHED SHUNT
4,1,0,1,1.05,0.95,0,100,'',8.0,2,4.0,1,-6.0
0 / GNE
0 / INDUCTION MACHINE
0 / END
Q
`,
  rop: `0 / Begin
0 / 1
0 / 2
0 / 3
0 / 4
1, 10 , 1.0, 7
1, 2 , 1.0, 8
2, 1 , 1.0, 9
0 / 5
7, 1.1, 0.1, 1.0, 2, 1, 30
8, 0.55, 0.05, 2.0, 2, 1, 10
9, 0.45, 0.0, 1.0, 2, 1, 20
0 / 6
0 / 7
0 / 8
0 / 9
10, 'LINEAR 10', 3
0.0, 0.0
30.0, 300.0
60.0, 700.0
20, LINEAR 20, 2
5.0, 50.0
40.0, 800.0
30, LINEAR 30, 2
0.0, 100.0
120.0, 2500.0
0 / 10
`,
  inl: `1, 10, 4.0, 1.1, 0.1, 49.25, 0.0
1, 2 , 4.0, 0.55, 0.05, 19.0, 0.0
2, 1 , 4.0, 0.45, 0.0, 5.0, 0.0
 0 / END
`,
  con: `CONTINGENCY 'LOSS OF 2'
REMOVE UNIT '2 ' FROM BUS 1
END
CONTINGENCY LINE / a comment
OPEN BRANCH FROM BUS 2 TO BUS 1 CIRCUIT 1
END
END
`,
} as const;

export const texts = (changed: Partial<Record<keyof typeof plain, string>> = {}): PsseTexts => {
  const of = (kind: keyof typeof plain) => ({ text: changed[kind] ?? plain[kind], file: `little.${kind}` });
  return { raw: of('raw'), rop: of('rop'), inl: of('inl'), con: of('con') };
};
